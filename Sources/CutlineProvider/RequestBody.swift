import CutlineCore

/// The body of a chat-completions request, with the pictures still on disk.
struct RequestBody: Sendable {
    enum Part: Sendable {
        case text([UInt8])
        /// Sent as base64.
        case picture(PictureFile)
    }

    let parts: [Part]

    /// In bytes, as Content-Length announces it.
    var length: Int64 {
        parts.reduce(0) { total, part in
            switch part {
            case .text(let bytes): total + Int64(bytes.count)
            case .picture(let file): total + (file.stamp.size + 2) / 3 * 4
            }
        }
    }

    var pictures: [PictureFile] {
        parts.compactMap { part in
            guard case .picture(let file) = part else { return nil }
            return file
        }
    }

    init(_ request: CaptionRequest, profile: Profile) {
        var writer = BodyWriter()
        writer.write(request, profile: profile)
        parts = writer.parts
    }
}

/// Writes the members in a fixed order and only what was asked for.
private struct BodyWriter {
    private var json = JSONText()
    /// Where in the text the base64 of a picture belongs.
    private var places: [(offset: Int, file: PictureFile)] = []

    mutating func write(_ request: CaptionRequest, profile: Profile) {
        json.openObject()
        json.key("model")
        json.value(request.model)
        writeMessages(request)
        writeParameters(request.parameters, fields: profile.requestFields)
        json.closeObject()
    }

    private mutating func writeMessages(_ request: CaptionRequest) {
        json.key("messages")
        json.openArray()
        if let system = request.system {
            openMessage(role: "system")
            json.value(system)
            json.closeObject()
        }
        openMessage(role: "user")
        json.openArray()
        writeText(request.prompt)
        for image in request.images { writeImage(image, detail: request.parameters.detail) }
        json.closeArray()
        json.closeObject()
        json.closeArray()
    }

    private mutating func openMessage(role: String) {
        json.openObject()
        json.key("role")
        json.value(role)
        json.key("content")
    }

    private mutating func writeText(_ text: String) {
        json.openObject()
        json.key("type")
        json.value("text")
        json.key("text")
        json.value(text)
        json.closeObject()
    }

    private mutating func writeImage(_ image: ImageSource, detail: ImageDetail?) {
        json.openObject()
        json.key("type")
        json.value("image_url")
        json.key("image_url")
        json.openObject()
        json.key("url")
        switch image {
        case .url(let url): json.value(url)
        case .file(let file):
            json.value("data:\(file.format.mimeType);base64,")
            // Before the closing quote.
            places.append((json.bytes.count - 1, file))
        }
        if let detail {
            json.key("detail")
            json.value(detail.rawValue)
        }
        json.closeObject()
        json.closeObject()
    }

    /// What the user asked for wins over what the profile adds.
    private mutating func writeParameters(_ parameters: Parameters, fields: [String: JSONValue]) {
        var taken: Set<String> = ["model", "messages"]
        if let maxTokens = parameters.maxTokens {
            json.key("max_tokens")
            json.value(maxTokens)
            taken.insert("max_tokens")
        }
        if let temperature = parameters.temperature {
            json.key("temperature")
            json.value(temperature)
            taken.insert("temperature")
        }
        for members in [parameters.others, fields] {
            for (name, value) in members.sorted(by: { $0.key < $1.key }) where taken.insert(name).inserted {
                json.key(name)
                json.value(value)
            }
        }
    }

    var parts: [RequestBody.Part] {
        var parts: [RequestBody.Part] = []
        var start = 0
        for place in places {
            parts.append(.text(Array(json.bytes[start..<place.offset])))
            parts.append(.picture(place.file))
            start = place.offset
        }
        parts.append(.text(Array(json.bytes[start...])))
        return parts
    }
}
