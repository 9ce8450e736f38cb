import CutlineCore

/// A whole HTTP answer.
struct Reply {
    var status: Int
    var contentType = "application/json"
    /// Seconds.
    var retryAfter: Double?
    var body: [UInt8]

    static let empty = Reply(status: 200, body: [])
    static let garbage = html(status: 200, "<h1>Please wait</h1><p>Your request is being checked.</p>")
    /// What IndoxHub's web framework says to a POST without the trailing slash.
    static let slashMissing = html(status: 403, "<h1>Forbidden</h1><p>CSRF verification failed.</p>")

    private static func html(status: Int, _ text: String) -> Reply {
        Reply(status: status, contentType: "text/html", body: Array("<!DOCTYPE html><html><body>\(text)</body></html>".utf8))
    }
}

/// The two forms of an answer.
enum Envelope {
    /// OpenAI's `chat.completion` and error object.
    case openai
    /// IndoxHub's envelope with the text under `data`.
    case indoxhub

    func reply(_ answer: Answer, model: String, call: Int, at time: Timestamp) -> Reply {
        Reply(
            status: 200,
            body: JSONBody.make { body in
                switch self {
                case .openai: body.completion(answer, model: model, call: call, at: time)
                case .indoxhub: body.data(answer, model: model, call: call, at: time)
                }
            })
    }

    func reply(_ refusal: Refusal, call: Int) -> Reply {
        let body = JSONBody.make { body in
            switch self {
            case .openai: body.error(refusal)
            case .indoxhub: body.failure(refusal, call: call)
            }
        }
        return Reply(status: refusal.status, retryAfter: refusal.retryAfter, body: body)
    }

    static let models = Reply(status: 200, body: JSONBody.make { $0.models() })
}

/// Writes the members of an answer.
private struct JSONBody {
    private var json = JSONText()

    static func make(_ write: (inout JSONBody) -> Void) -> [UInt8] {
        var body = JSONBody()
        write(&body)
        return body.json.bytes
    }

    mutating func completion(_ answer: Answer, model: String, call: Int, at time: Timestamp) {
        object {
            $0.member("id", "chatcmpl-sim-\(call)")
            $0.member("object", "chat.completion")
            $0.member("created", Int(time.milliseconds / 1_000))
            $0.member("model", model)
            $0.json.key("choices")
            $0.array {
                $0.object {
                    $0.member("index", 0)
                    $0.json.key("message")
                    $0.object {
                        $0.member("role", "assistant")
                        $0.member("content", answer.text)
                    }
                    $0.member("finish_reason", answer.finishReason)
                }
            }
            $0.json.key("usage")
            $0.object {
                $0.member("prompt_tokens", answer.promptTokens)
                $0.member("completion_tokens", answer.completionTokens)
                $0.member("total_tokens", answer.promptTokens + answer.completionTokens)
            }
        }
    }

    mutating func data(_ answer: Answer, model: String, call: Int, at time: Timestamp) {
        object {
            $0.member("request_id", Self.requestID(call))
            $0.member("created_at", String(time.iso8601.dropLast()))
            $0.member("provider", "simulator")
            $0.member("model", model)
            $0.member("success", true)
            $0.member("message", "")
            $0.json.key("usage")
            $0.object {
                $0.member("tokens_prompt", answer.promptTokens)
                $0.member("tokens_completion", answer.completionTokens)
                $0.member("tokens_total", answer.promptTokens + answer.completionTokens)
                $0.member("cost", 0)
                $0.member("request_count", 1)
            }
            $0.json.key("raw_response")
            $0.json.null()
            $0.member("data", answer.text)
            $0.member("finish_reason", answer.finishReason)
            $0.json.key("images")
            $0.json.null()
            $0.member("byok_api_key", false)
        }
    }

    mutating func error(_ refusal: Refusal) {
        object {
            $0.json.key("error")
            $0.object {
                $0.member("message", refusal.message)
                $0.member("type", refusal.type)
                $0.json.key("param")
                $0.json.null()
                $0.member("code", refusal.code)
            }
        }
    }

    mutating func failure(_ refusal: Refusal, call: Int) {
        object {
            $0.member("success", false)
            $0.member("error", refusal.code ?? refusal.type)
            $0.member("message", refusal.message)
            $0.member("status_code", refusal.status)
            $0.member("request_id", Self.requestID(call))
            $0.json.key("details")
            $0.object { details in
                guard let seconds = refusal.retryAfter else { return }
                details.json.key("retry_after")
                details.json.value(seconds)
            }
        }
    }

    mutating func models() {
        object {
            $0.member("object", "list")
            $0.json.key("data")
            $0.array {
                $0.object {
                    $0.member("id", "sim-1")
                    $0.member("object", "model")
                    $0.member("created", 0)
                    $0.member("owned_by", "cutline")
                    $0.member("description", "Measures pictures; it does not see them.")
                    $0.json.key("input_modalities")
                    $0.json.value(.array([.string("text"), .string("image")]))
                    $0.json.key("output_modalities")
                    $0.json.value(.array([.string("text")]))
                }
            }
        }
    }

    private mutating func object(_ members: (inout JSONBody) -> Void) {
        json.openObject()
        members(&self)
        json.closeObject()
    }

    private mutating func array(_ items: (inout JSONBody) -> Void) {
        json.openArray()
        items(&self)
        json.closeArray()
    }

    private mutating func member(_ key: String, _ text: String?) {
        json.key(key)
        json.value(text)
    }

    private mutating func member(_ key: String, _ number: Int) {
        json.key(key)
        json.value(number)
    }

    private mutating func member(_ key: String, _ flag: Bool) {
        json.key(key)
        json.value(flag)
    }

    private static func requestID(_ call: Int) -> String {
        let digits = String(call, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }
}

extension Answer {
    fileprivate var finishReason: String { isCut ? "length" : "stop" }
}
