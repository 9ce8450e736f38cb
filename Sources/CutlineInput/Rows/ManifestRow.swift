import CutlineCore

/// A row of a manifest, as it is written.
struct ManifestRow {
    let place: RowPlace
    var key: String?
    var images: [String] = []
    var prompt: String?
    /// All other columns; they can stand in a prompt and are exported again.
    var extra: [String: JSONValue] = [:]

    static let namesNoPicture = "names no picture; give `image` or `images`"
}

extension ManifestRow {
    /// A line of JSON lines. A member that is null is as good as none.
    init(_ json: JSONCursor, at place: RowPlace) throws(InputError) {
        self.place = place
        do throws(InvalidValue) {
            var members = try json.object()
            let roles = try Self.roles(of: members, json)
            func member(_ name: String?) -> JSONCursor? { name.flatMap { json[$0] }.flatMap { $0.value == .null ? nil : $0 } }
            key = try member(roles.key)?.nonEmptyString()
            prompt = try member(roles.prompt)?.nonEmptyString()
            images = try Self.images(one: member(roles.image), several: member(roles.images), of: json)
            for column in [roles.key, roles.image, roles.images, roles.prompt] {
                if let column { members[column] = nil }
            }
            extra = members
        } catch {
            throw error.path.isEmpty ? place.error(error.reason) : place.error(error)
        }
    }

    private static func roles(of members: [String: JSONValue], _ json: JSONCursor) throws(InvalidValue) -> ColumnRoles {
        if members["image"] != nil || members["images"] != nil { return .contract }
        do throws(ColumnRoles.Ambiguity) { return try ColumnRoles(members.keys.filter { members[$0] != .null }) } catch {
            throw json.invalid(error.sentence)
        }
    }

    private static func images(one: JSONCursor?, several: JSONCursor?, of json: JSONCursor) throws(InvalidValue) -> [String] {
        if let one {
            if let several { throw several.invalid("stands beside `image`; give one of the two") }
            return [try one.pictureName()]
        }
        guard let several else { throw json.invalid(Self.namesNoPicture) }
        if case .string = several.value { return [try several.nonEmptyString()] }
        var images: [String] = []
        for item in try several.items() { images.append(try item.pictureName()) }
        guard !images.isEmpty else { throw several.invalid("names no picture") }
        return images
    }
}

extension JSONCursor {
    fileprivate func pictureName() throws(InvalidValue) -> String {
        if value["bytes"] != nil || value["path"] != nil {
            throw invalid("is a picture of a dataset written out (an object with `bytes` or `path`); save it as a file and name that")
        }
        return try nonEmptyString()
    }
}

/// The first row of a CSV manifest.
struct CSVHeader {
    private let names: [String]
    private let roles: ColumnRoles

    init(_ fields: [[UInt8]], at place: RowPlace) throws(InputError) {
        var names: [String] = []
        for (index, field) in fields.enumerated() {
            let name = WrittenName.bare(try place.text(field: field, "column \(index + 1)"))
            let stands = !name.isEmpty && names.contains { $0.utf8.elementsEqual(name.utf8) }
            guard !stands else { throw place.error("the column \(name) stands twice") }
            names.append(name)
        }
        do throws(ColumnRoles.Ambiguity) { roles = try ColumnRoles(names) } catch { throw place.error(error.sentence) }
        guard roles.image != nil || roles.images != nil else {
            throw place.error("the header names no column `image` or `images`; the first row must name the columns")
        }
        self.names = names
    }

    /// An empty `key`, `image`, `images` or `prompt` is as good as none. Spreadsheets leave out empty fields at the end of a row, and leave
    /// empty ones where a column was deleted.
    func row(_ fields: [[UInt8]], at place: RowPlace) throws(InputError) -> ManifestRow {
        var row = ManifestRow(place: place)
        for index in 0..<max(names.count, fields.count) {
            let field = index < fields.count ? fields[index] : []
            guard index < names.count, !names[index].isEmpty else {
                try checkNameless(field, index, fields.count, of: row)
                continue
            }
            try take(try place.text(field: field, names[index]), of: names[index], into: &row)
        }
        guard !row.images.isEmpty else { throw place.error(ManifestRow.namesNoPicture) }
        return row
    }

    private func take(_ text: String, of name: String, into row: inout ManifestRow) throws(InputError) {
        switch name {
        case roles.key: row.key = WrittenName.trimmed(text)
        case roles.prompt: if !text.isEmpty { row.prompt = text }
        case roles.image, roles.images:
            guard let shown = WrittenName.trimmed(text) else { return }
            guard row.images.isEmpty else {
                throw row.place.error(InvalidValue(path: name, reason: "`image` and `images` are both given; give one of the two"))
            }
            row.images = name == roles.image ? [text] : try Self.images(text, shown, at: row.place)
        default: row.extra[name] = .string(text)
        }
    }

    /// A column without a name holds nothing, but for the numbers of rows that pandas writes in front.
    private func checkNameless(_ field: [UInt8], _ index: Int, _ count: Int, of row: ManifestRow) throws(InputError) {
        let place = row.place
        guard !field.allSatisfy(RowShape.isBlank) else { return }
        if index == 0, field.allSatisfy({ (0x30...0x39).contains($0) }) { return }
        guard index < names.count else {
            // Written without quotes, its comma ends the field.
            if let sentence = row.images.first.flatMap(KnownText.sentence) { throw place.error(sentence) }
            throw place.error("has \(count) field\(count == 1 ? "" : "s"), the header has \(names.count)")
        }
        let text = try place.text(field: field, "column \(index + 1)").shortened(to: 60)
        throw place.error("column \(index + 1) has no name, but holds \(text) here; name it in the first row, or empty it")
    }

    /// A JSON list, or one path.
    private static func images(_ text: String, _ trimmed: String, at place: RowPlace) throws(InputError) -> [String] {
        guard trimmed.utf8.first == UInt8(ascii: "[") else { return [text] }
        do {
            let items = try JSONCursor(JSONValue(parsing: trimmed.utf8), path: "images").items()
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
