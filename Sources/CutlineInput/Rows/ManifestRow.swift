import CutlineCore

/// A row of a manifest, as it is written.
struct ManifestRow {
    let place: RowPlace
    var key: String?
    var images: [String] = []
    var prompt: String?
    /// All other columns; they can stand in a prompt and are exported again.
    var extra: [String: JSONValue] = [:]

    static let columns = ["key", "image", "images", "prompt"]
}

extension ManifestRow {
    /// A line of JSON lines. A member that is null is as good as none.
    init(_ json: JSONCursor, at place: RowPlace) throws(InputError) {
        self.place = place
        do throws(InvalidValue) {
            var members = try json.object()
            func member(_ name: String) -> JSONCursor? { json[name].flatMap { $0.value == .null ? nil : $0 } }
            key = try member("key")?.nonEmptyString()
            prompt = try member("prompt")?.nonEmptyString()
            images = try Self.images(one: member("image"), several: member("images"), of: json)
            for column in Self.columns { members[column] = nil }
            extra = members
        } catch {
            throw error.path.isEmpty ? place.error(error.reason) : place.error(error)
        }
    }

    private static func images(one: JSONCursor?, several: JSONCursor?, of json: JSONCursor) throws(InvalidValue) -> [String] {
        if let one {
            if let several { throw several.invalid("stands beside `image`; give one of the two") }
            return [try one.nonEmptyString()]
        }
        guard let several else { throw json.invalid("names no picture; give `image` or `images`") }
        if case .string = several.value { return [try several.nonEmptyString()] }
        var images: [String] = []
        for item in try several.items() { images.append(try item.nonEmptyString()) }
        guard !images.isEmpty else { throw several.invalid("names no picture") }
        return images
    }
}

/// The first row of a CSV manifest.
struct CSVHeader {
    let names: [String]

    init(_ fields: [[UInt8]], at place: RowPlace) throws(InputError) {
        var names: [String] = []
        for (index, field) in fields.enumerated() {
            let name = try place.text(field: field, "column \(index + 1)")
            guard !name.isEmpty else { throw place.error("column \(index + 1) has no name") }
            guard !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else { throw place.error("the column \(name) stands twice") }
            names.append(name)
        }
        guard names.contains("image") || names.contains("images") else {
            throw place.error("the header names no column `image` or `images`; the first row must name the columns")
        }
        self.names = names
    }

    /// An empty `key`, `image`, `images` or `prompt` is as good as none.
    func row(_ fields: [[UInt8]], at place: RowPlace) throws(InputError) -> ManifestRow {
        guard fields.count == names.count else {
            throw place.error("has \(fields.count) field\(fields.count == 1 ? "" : "s"), the header has \(names.count)")
        }
        var row = ManifestRow(place: place)
        for (name, field) in zip(names, fields) {
            let text = try place.text(field: field, name)
            switch name {
            case "key": if !text.isEmpty { row.key = text }
            case "prompt": if !text.isEmpty { row.prompt = text }
            case "image", "images":
                guard !text.isEmpty else { continue }
                guard row.images.isEmpty else {
                    throw place.error(InvalidValue(path: name, reason: "`image` and `images` are both given; give one of the two"))
                }
                row.images = name == "image" ? [text] : try Self.images(text, at: place)
            default: row.extra[name] = .string(text)
            }
        }
        guard !row.images.isEmpty else { throw place.error("names no picture; give `image` or `images`") }
        return row
    }

    /// A JSON list, or one path.
    private static func images(_ text: String, at place: RowPlace) throws(InputError) -> [String] {
        guard text.utf8.first == UInt8(ascii: "[") else { return [text] }
        do {
            let items = try JSONCursor(JSONValue(parsing: text.utf8), path: "images").items()
            guard !items.isEmpty else { throw InvalidValue(path: "images", reason: "names no picture") }
            return try items.map { try $0.nonEmptyString() }
        } catch let error as InvalidValue {
            throw place.error(error)
        } catch {
            throw place.error(
                InvalidValue(path: "images", reason: "is not a JSON list: \(error); a path that begins with [ goes into `image`"))
        }
    }
}
