import CutlineCore
import Crypto

/// What a call asks for.
struct ChatRequest {
    var model: String
    /// The user's texts.
    var prompt: String
    /// Everything that is counted as text: the user's and the system's.
    var textLength: Int
    var pictures: [SentPicture]
    /// In words.
    var maxTokens: Int?

    init(parsing body: some Sequence<UInt8>) throws(Refusal) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: body)
        } catch {
            throw .invalidRequest("The body is not JSON: \(error).")
        }
        guard let model = json["model"]?.string, !model.isEmpty else { throw .invalidRequest("The member model is missing.") }
        guard let messages = json["messages"]?.array, !messages.isEmpty else {
            throw .invalidRequest("The member messages is missing or empty.")
        }
        guard json["stream"]?.bool != true else { throw .invalidRequest("The simulator does not stream; leave stream out.") }
        var content = MessageContent()
        for message in messages { try content.add(message) }
        self.model = model
        prompt = content.prompts.joined(separator: "\n")
        textLength = content.textLength
        pictures = content.pictures
        maxTokens = try Self.maxTokens(json["max_tokens"] ?? json["max_completion_tokens"])
    }

    private static func maxTokens(_ value: JSONValue?) throws(Refusal) -> Int? {
        guard let value else { return nil }
        guard let number = value.int, number > 0 else { throw .invalidRequest("max_tokens must be a whole number above 0.") }
        return number
    }

    /// Of prompt and pictures: it recognises a repeated call.
    var digest: [UInt8] {
        var hash = SHA256()
        hash.update(data: Array(prompt.utf8))
        for picture in pictures { hash.update(data: Array("\0\(picture.sha256)".utf8)) }
        return Array(hash.finalize())
    }
}

/// Texts and pictures, gathered from message to message.
private struct MessageContent {
    var prompts: [String] = []
    var textLength = 0
    var pictures: [SentPicture] = []

    mutating func add(_ message: JSONValue) throws(Refusal) {
        guard let role = message["role"]?.string else { throw .invalidRequest("A message has no role.") }
        if let text = message["content"]?.string { return add(text: text, role: role) }
        guard let parts = message["content"]?.array else { throw .invalidRequest("A message has no content.") }
        for part in parts { try add(part: part, role: role) }
    }

    private mutating func add(text: String, role: String) {
        textLength += text.utf8.count
        if role == "user" { prompts.append(text) }
    }

    private mutating func add(part: JSONValue, role: String) throws(Refusal) {
        switch part["type"]?.string {
        case "text":
            guard let text = part["text"]?.string else { throw .invalidRequest("A text part has no text.") }
            add(text: text, role: role)
        case "image_url":
            guard let url = part["image_url"]?.string ?? part["image_url"]?["url"]?.string else {
                throw .invalidRequest("An image_url part has no url.")
            }
            pictures.append(try SentPicture(url: url))
        case "image": pictures.append(try picture(part["image"]))
        case let type: throw .invalidRequest("Unknown content type: \(type ?? "none").")
        }
    }

    /// IndoxHub's older form: `{"url"}`, or `{"data", "media_type"}` with bare base64.
    private func picture(_ image: JSONValue?) throws(Refusal) -> SentPicture {
        if let url = image?["url"]?.string { return try SentPicture(url: url) }
        guard let base64 = image?["data"]?.string, let type = image?["media_type"]?.string else {
            throw .invalidRequest("An image part needs url, or data and media_type.")
        }
        return try SentPicture(base64: base64, mimeType: type)
    }
}
