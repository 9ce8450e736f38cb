import CutlineCore

/// What lines in the OpenAI batch form ask of the whole batch.
package struct StatedRequest: Hashable, Sendable {
    package let model: String
    package let system: String?
    package let parameters: Parameters
}

/// A line in the OpenAI batch form: `custom_id`, `method`, `url`, `body`.
struct BatchLine {
    let key: String
    let prompt: String
    let urls: [String]
    let stated: StatedRequest

    static func isMeant(by json: JSONCursor) -> Bool {
        json["custom_id"] != nil && json["body"] != nil && json["image"] == nil && json["images"] == nil
    }

    init(_ json: JSONCursor, at place: RowPlace) throws(InputError) {
        do throws(InvalidValue) { self = try BatchLine(json) } catch { throw place.error(error) }
    }

    private init(_ json: JSONCursor) throws(InvalidValue) {
        _ = try json.members(allowed: ["custom_id", "method", "url", "body"])
        key = try json.required("custom_id").nonEmptyString()
        if let method = json["method"], try method.string() != "POST" { throw method.invalid("must be POST") }
        if let url = json["url"], try !url.string().hasSuffix("/chat/completions") {
            throw url.invalid("must be /v1/chat/completions: only chat requests can be captions")
        }
        let body = try json.required("body")
        let messages = try BatchMessages(try body.required("messages"))
        prompt = messages.prompt
        urls = messages.urls
        var members = try body.object()
        members["model"] = nil
        members["messages"] = nil
        if let stream = body["stream"], stream.value == .bool(false) { members["stream"] = nil }
        var parameters = try Parameters(json: JSONCursor(.object(members), path: body.path))
        if let detail = messages.detail { parameters.detail = detail }
        stated = StatedRequest(model: try body.required("model").nonEmptyString(), system: messages.system, parameters: parameters)
    }

    /// Why this line is not of a batch with these settings, whose first line asked for `first`.
    func objection(to settings: BatchSettings, first: StatedRequest?) -> String? {
        let given = stated.parameters.members
        let expected = (first ?? stated).parameters.members
        // What the first line does not state is the user's to give.
        let names = first == nil ? Set(given.keys).union(settings.parameters.members.keys) : Set(given.keys).union(expected.keys)
        let asked = settings.parameters.members
        var pairs: [(what: String, line: String?, batch: String?)] = [("model", stated.model, settings.model)]
        if first == nil || stated.system != nil || first?.system != nil { pairs.append(("system text", stated.system, settings.system)) }
        pairs += names.sorted().map { ($0, given[$0]?.text, asked[$0]?.text) }
        guard let pair = pairs.first(where: { $0.line != $0.batch }) else { return nil }
        return
            "asks for \(pair.what) \(pair.line ?? "none"), its batch for \(pair.batch ?? "none"); one batch asks for one: give it to a batch of its own"
    }
}

/// The messages of one chat request: at most one system text, then one message with texts and pictures.
private struct BatchMessages {
    var system: String?
    var prompt = ""
    var urls: [String] = []
    var detail: ImageDetail?

    init(_ json: JSONCursor) throws(InvalidValue) {
        var messages = try json.items()
        if let first = messages.first, try first.required("role").string() == "system" {
            system = try first.required("content").string()
            messages.removeFirst()
        }
        guard messages.count == 1, try messages[0].required("role").string() == "user" else {
            throw json.invalid("must be one system text at most, and one message of the user")
        }
        var texts: [String] = []
        for part in try messages[0].required("content").items() {
            let type = try part.required("type")
            switch try type.string() {
            case "text": texts.append(try part.required("text").string())
            case "image_url": try add(picture: try part.required("image_url"))
            default: throw type.invalid("must be text or image_url")
            }
        }
        prompt = texts.joined(separator: "\n")
        let content = try messages[0].required("content")
        guard !prompt.isEmpty else { throw content.invalid("has no text") }
        guard !urls.isEmpty else { throw content.invalid("has no picture") }
    }

    private mutating func add(picture: JSONCursor) throws(InvalidValue) {
        let url = try picture.required("url")
        let text = try url.nonEmptyString()
        if text.utf8.prefix(5).elementsEqual("data:".utf8) {
            throw url.invalid("is a data URL; save the picture as a file and name it in a manifest, or give its https:// address")
        }
        guard WebAddress.isMeant(by: text) else {
            throw url.invalid("is not an http(s) address; a picture of this machine goes into a manifest with `image`")
        }
        if let problem = WebAddress.problem(in: text) { throw url.invalid(problem) }
        urls.append(text)
        guard let member = picture["detail"] else { return }
        guard let detail = ImageDetail(rawValue: try member.string()), self.detail == nil || self.detail == detail else {
            throw member.invalid(
                "must be one of \(ImageDetail.allCases.map(\.rawValue).joined(separator: ", ")), the same for all pictures")
        }
        self.detail = detail
    }
}

extension JSONCursor {
    fileprivate func required(_ key: String) throws(InvalidValue) -> JSONCursor {
        _ = try object()
        guard let member = self[key] else { throw InvalidValue(path: path.isEmpty ? key : "\(path).\(key)", reason: "is missing") }
        return member
    }
}

extension Parameters {
    fileprivate var members: [String: JSONValue] {
        // It was written by us.
        (try? JSONValue(parsing: canonicalText.utf8))?.object ?? [:]
    }
}
