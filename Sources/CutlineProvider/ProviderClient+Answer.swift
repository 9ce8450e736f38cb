import AsyncHTTPClient
import CutlineCore

/// What came back for a request.
enum Received: Sendable {
    case answer(Answer)
    /// An event stream, to its end or to where it broke off; the answer holds its status and headers.
    case events(EventStreamReader, Answer)
    /// More than an answer may have.
    case tooMuch
}

extension Received {
    /// Reads an answer to its end.
    init(_ response: HTTPClientResponse) async throws {
        let head = Answer(status: Int(response.status.code), headers: response.headers, body: [])
        self = head.isEventStream ? try await .events(response.body, head) : try await .whole(response.body, head)
    }

    private static func whole(_ pieces: HTTPClientResponse.Body, _ head: Answer) async throws -> Received {
        var answer = head
        for try await piece in pieces {
            guard answer.body.count + piece.readableBytes <= ProviderClient.maxAnswerBytes else { return .tooMuch }
            answer.body.append(contentsOf: piece.readableBytesView)
        }
        return .answer(answer)
    }

    private static func events(_ pieces: HTTPClientResponse.Body, _ head: Answer) async throws -> Received {
        var events = EventStreamReader()
        do {
            for try await piece in pieces {
                events.append(piece.readableBytesView)
                if events.hasEnded || events.isTooLong { break }
            }
        } catch {
            // A whole answer is one, however its connection ended.
            guard events.isComplete else { throw error }
        }
        return .events(events, head)
    }
}

extension ProviderClient {
    /// What a complete answer comes to.
    func outcome(of received: Received, to call: Call) -> Outcome {
        let reader = AnswerReader(
            now: now(), sentAddresses: call.sendsAddresses, key: call.key, sentParameters: call.body.sentParameters,
            quirks: call.request.quirks, schema: call.schema)
        switch received {
        case .answer(let answer):
            let outcome = leading(to: call.nextChatPath, announcing(reader.outcome(of: answer), answer), answer, call)
            return call.route.blaming(outcome, for: answer, host: Call.host(of: call.profile))
        case .events(let events, let head):
            return announcing(reader.outcome(of: events, status: head.status, headers: head.headers), head)
        case .tooMuch: return .failure(Failure(.malformedAnswer, "the answer is larger than 64 MB", billed: .unknown))
        }
    }

    /// Beside whatever came, the headers say what the limits leave.
    private func announcing(_ outcome: Outcome, _ answer: Answer) -> Outcome {
        var outcome = outcome
        outcome.announced = RetryHints(now: now()).announced(answer.headers)
        return outcome
    }

    /// Where nobody is at the path, another one may be right.
    private func leading(to path: String?, _ outcome: Outcome, _ answer: Answer, _ call: Call) -> Outcome {
        guard case .failure(var failure) = outcome, let path, AnswerReader.saysWrongPath(answer) else { return outcome }
        failure.message = "no answer for captions at \(call.address) (HTTP \(answer.status)); the next call goes to \(path)"
        failure.remedy = .chatPath(path)
        return .failure(failure)
    }
}

extension Answer {
    fileprivate var isEventStream: Bool {
        headers.first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") == true
    }
}
