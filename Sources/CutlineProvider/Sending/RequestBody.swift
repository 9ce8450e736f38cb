import CutlineCore

/// The body of a chat-completions request, with the pictures still on disk.
struct RequestBody: Sendable {
    enum Part: Sendable {
        case text([UInt8])
        /// Sent as base64.
        case picture(PictureFile)
        /// Likewise, in place of the file.
        case prepared(PreparedPicture, of: PictureFile)

        /// As it is sent, where it is a picture.
        var picture: SentPicture? {
            switch self {
            case .text: nil
            case .picture(let file): SentPicture(file: file, format: file.format, byteCount: file.byteCount)
            case .prepared(let picture, let file): SentPicture(file: file, format: picture.format, byteCount: picture.byteCount)
            }
        }
    }

    struct SentPicture {
        /// What it is, or was made of.
        let file: PictureFile
        let format: PictureFormat
        let byteCount: Int64
    }

    let parts: [Part]
    /// What a provider may refuse by its name: the members beside `model` and `messages`, those inside another member, and `detail`.
    let sentParameters: Set<String>
    /// Whether the answer is asked for as an event stream.
    let asksForEvents: Bool

    /// In bytes, as Content-Length announces it.
    var length: Int64 {
        parts.reduce(0) { total, part in
            switch part {
            case .text(let bytes): total + Int64(bytes.count)
            case .picture(let file): total + (file.byteCount + 2) / 3 * 4
            case .prepared(let picture, _): total + (picture.byteCount + 2) / 3 * 4
            }
        }
    }

    var pictures: [SentPicture] { parts.compactMap(\.picture) }

    /// - Parameter prepared: what is sent in place of pictures, by their places in the request.
    init(_ request: CaptionRequest, profile: Profile, prepared: [Int: PreparedPicture] = [:]) {
        let members = RequestMembers(request, profile: profile)
        let detail = request.quirks.dropped.contains("detail") ? nil : request.parameters.detail
        var writer = BodyWriter(detail: detail, prepared: prepared)
        writer.write(request, order: profile.images.order, members)
        parts = writer.parts
        sentParameters = detail == nil || request.images.isEmpty ? members.names : members.names.union(["detail"])
        asksForEvents = members.asksForEvents
    }
}

/// Writes the members in a fixed order and only what was asked for.
private struct BodyWriter {
    let detail: ImageDetail?
    let prepared: [Int: PreparedPicture]
    private var json = JSONText()
    /// Where in the text the base64 of a picture belongs.
    private var places: [(offset: Int, part: RequestBody.Part)] = []

    init(detail: ImageDetail?, prepared: [Int: PreparedPicture]) { (self.detail, self.prepared) = (detail, prepared) }

    mutating func write(_ request: CaptionRequest, order: ImageOrder, _ members: RequestMembers) {
        json.openObject()
        json.member("model", request.model)
        json.openArray("messages")
        writeMessages(request, order)
        json.closeArray()
        for (name, value) in members.written { json.member(name, value) }
        json.closeObject()
    }

    private mutating func writeMessages(_ request: CaptionRequest, _ order: ImageOrder) {
        let images = request.images
        switch order {
        case .textFirst:
            writeSystem(request.system)
            writeParts("user", text: request.prompt, behind: images)
        case .imagesFirst:
            writeSystem(request.system)
            writeParts("user", before: images, text: request.prompt)
        case .imagesInSystem:
            if images.isEmpty { writeSystem(request.system) } else { writeParts("system", text: request.system, behind: images) }
            writeParts("user", text: request.prompt)
        }
    }

    private mutating func writeSystem(_ text: String?) {
        guard let text else { return }
        openMessage(role: "system")
        json.value(text)
        json.closeObject()
    }

    private mutating func writeParts(_ role: String, before first: [ImageSource] = [], text: String?, behind last: [ImageSource] = []) {
        openMessage(role: role)
        json.openArray()
        for (index, image) in first.enumerated() { writeImage(image, prepared[index]) }
        if let text { writeText(text) }
        for (index, image) in last.enumerated() { writeImage(image, prepared[index]) }
        json.closeArray()
        json.closeObject()
    }

    private mutating func openMessage(role: String) {
        json.openObject()
        json.member("role", role)
        json.key("content")
    }

    private mutating func writeText(_ text: String) {
        json.openObject()
        json.member("type", "text")
        json.member("text", text)
        json.closeObject()
    }

    private mutating func writeImage(_ image: ImageSource, _ prepared: PreparedPicture?) {
        json.openObject()
        json.member("type", "image_url")
        json.openObject("image_url")
        json.key("url")
        switch image {
        case .url(let url): json.value(url)
        case .file(let file):
            json.value("data:\((prepared?.format ?? file.format).mimeType);base64,")
            // Before the closing quote.
            places.append((json.bytes.count - 1, prepared.map { .prepared($0, of: file) } ?? .picture(file)))
        }
        if let detail { json.member("detail", detail.rawValue) }
        json.closeObject()
        json.closeObject()
    }

    var parts: [RequestBody.Part] {
        var parts: [RequestBody.Part] = []
        var start = 0
        for place in places {
            parts.append(.text(Array(json.bytes[start..<place.offset])))
            parts.append(place.part)
            start = place.offset
        }
        parts.append(.text(Array(json.bytes[start...])))
        return parts
    }
}
