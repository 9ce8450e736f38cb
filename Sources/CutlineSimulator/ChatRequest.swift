import CutlineCore
import CutlineDigest

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
    var temperature: Double?
    /// `service_tier`, at the root or in `provider`.
    var tier: String?
    var streams: Bool
    /// `stream_options.include_usage`.
    var includesStreamUsage: Bool
    /// Infron's and OpenRouter's `usage.include`.
    var includesUsage: Bool
    /// What `response_format` asks for; `{}` is any object.
    var schema: JSONValue?
    /// The names of all members but model and messages, in order of the alphabet.
    var parameters: [String]

    /// - Parameter origin: the simulator's own address, whose pictures it knows.
    init(parsing body: some Sequence<UInt8>, origin: String) throws(ScriptedRefusal) {
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
        var content = MessageContent(origin: origin)
        for message in messages { try content.add(message) }
        self.model = model
        prompt = content.prompts.joined(separator: "\n")
        textLength = content.textLength
        pictures = content.pictures
        maxTokens = try Self.maxTokens(json["max_tokens"] ?? json["max_completion_tokens"])
        temperature = json["temperature"]?.double
        tier = json["service_tier"]?.string ?? json["provider"]?["service_tier"]?.string
        streams = json["stream"]?.bool == true
        includesStreamUsage = json["stream_options"]?["include_usage"]?.bool == true
        includesUsage = json["usage"]?["include"]?.bool == true
        schema = Self.schema(json["response_format"] ?? json["additional_params"]?["response_format"])
        parameters = (json.object ?? [:]).keys.filter { $0 != "model" && $0 != "messages" }.sorted()
    }

    /// OpenAI's form, or llama.cpp's without `json_schema`.
    private static func schema(_ format: JSONValue?) -> JSONValue? {
        switch format?["type"]?.string {
        case "json_schema": format?["json_schema"]?["schema"] ?? format?["schema"] ?? .object([:])
        case "json_object": .object(["properties": .object(["description": .object(["type": .string("string")])])])
        default: nil
        }
    }

    var asksForFlex: Bool { tier == "flex" }

    /// The first parameter that a model might not support.
    var droppable: String? {
        ["max_tokens", "temperature", "top_p", "seed", "stop", "response_format", "frequency_penalty", "presence_penalty"]
            .first(where: parameters.contains)
    }

    private static func maxTokens(_ value: JSONValue?) throws(ScriptedRefusal) -> Int? {
        guard let value else { return nil }
        guard let number = value.int, number > 0 else { throw .invalidRequest("max_tokens must be a whole number above 0.") }
        return number
    }

    /// Of prompt and pictures: it recognises a repeated call.
    var digest: [UInt8] {
        var hash = SHA256()
        hash.update(Array(prompt.utf8))
        for picture in pictures { hash.update(Array("\0\(picture.sha256)".utf8)) }
        return hash.finalize()
    }
}

/// Texts and pictures, gathered from message to message.
private struct MessageContent {
    let origin: String
    var prompts: [String] = []
    var textLength = 0
    var pictures: [SentPicture] = []

    mutating func add(_ message: JSONValue) throws(ScriptedRefusal) {
        guard let role = message["role"]?.string else { throw .invalidRequest("A message has no role.") }
        if let text = message["content"]?.string { return add(text: text, role: role) }
        guard let parts = message["content"]?.array else { throw .invalidRequest("A message has no content.") }
        for part in parts { try add(part: part, role: role) }
    }

    private mutating func add(text: String, role: String) {
        textLength += text.utf8.count
        if role == "user" { prompts.append(text) }
    }

    private mutating func add(part: JSONValue, role: String) throws(ScriptedRefusal) {
        switch part["type"]?.string {
        case "text":
            guard let text = part["text"]?.string else { throw .invalidRequest("A text part has no text.") }
            add(text: text, role: role)
        case "image_url":
            guard let url = part["image_url"]?.string ?? part["image_url"]?["url"]?.string else {
                throw .invalidRequest("An image_url part has no url.")
            }
            pictures.append(try SentPicture(url: url, origin: origin))
        case "image": pictures.append(try picture(part["image"]))
        case let type: throw .invalidRequest("Unknown content type: \(type ?? "none").")
        }
    }

    /// IndoxHub's older form: `{"url"}`, or `{"data", "media_type"}` with bare base64.
    private func picture(_ image: JSONValue?) throws(ScriptedRefusal) -> SentPicture {
        if let url = image?["url"]?.string { return try SentPicture(url: url, origin: origin) }
        guard let base64 = image?["data"]?.string, let type = image?["media_type"]?.string else {
            throw .invalidRequest("An image part needs url, or data and media_type.")
        }
        return try SentPicture(base64: base64, mimeType: type)
    }
}
