import CutlineCore

/// A member of an archive that says something of pictures: its text, as columns.
enum MemberText {
    /// The name of a text, as WebDataset reads names: the stem ends at the first dot of the last part.
    struct Name {
        let stem: [UInt8]
        /// What follows that dot, in lower case: `txt`, `caption.txt`.
        let ending: String
        /// Up to the last dot.
        let wholeStem: [UInt8]
        /// What follows the last dot, in lower case.
        let form: String

        /// Nil where it is no text.
        init?(_ name: [UInt8]) {
            guard let parts = MemberStem(name) else { return nil }
            (stem, ending, wholeStem, form) = (parts.stem, parts.ending, parts.wholeStem, parts.form)
            guard MemberText.forms.contains(form) else { return nil }
        }

        /// The column for a picture; nil where it says nothing of it. `a.b.txt` belongs to `a.b.jpg`, as its `txt`, and to `a.jpg`, as its
        /// `b.txt`; `a.txt` to both.
        func column(for picture: MemberStem) -> String? {
            guard stem == picture.stem else { return nil }
            if wholeStem == picture.wholeStem || wholeStem == stem { return form }
            return picture.wholeStem == picture.stem ? ending : nil
        }
    }

    /// What texts are called: captions, and WebDataset's classes.
    static let forms: Set = ["json", "txt", "text", "caption", "cls"]

    /// Longer ones are no captions.
    static let longest: Int64 = 16 << 20

    /// The columns that a text brings: the members of a JSON object, or one.
    ///
    /// - Parameter place: the archive and the member, for messages.
    static func columns(_ bytes: [UInt8], as column: String, at place: String) throws(InputError) -> [String: JSONValue] {
        let isJSON = column == "json" || column.hasSuffix(".json")
        var bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        // Editors end a file with a line break, which is no part of a caption.
        while !isJSON, let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError("\(place) \(TextFault(in: bytes)?.reason ?? "is not UTF-8")")
        }
        guard isJSON else { return [column: .string(text)] }
        do throws(JSONSyntaxError) {
            let value = try JSONValue(parsing: bytes)
            guard column == "json", let members = value.object else { return [column: value] }
            return members
        } catch {
            throw InputError("\(place) is not JSON, line \(error.line), column \(error.column): \(error.reason)")
        }
    }
}

/// A member's name, taken apart.
struct MemberStem {
    /// With its folders, up to the first dot of the last part.
    let stem: [UInt8]
    let ending: String
    let wholeStem: [UInt8]
    let form: String

    /// Nil where the last part has no dot.
    init?(_ name: [UInt8]) {
        let start = name.lastIndex(of: MemberName.slash).map { $0 + 1 } ?? 0
        guard let first = name[start...].firstIndex(of: MemberName.dot), let last = name.lastIndex(of: MemberName.dot) else { return nil }
        func text(_ from: Int) -> String { String(decoding: name[(from + 1)...], as: UTF8.self).lowercased() }
        (stem, ending) = (Array(name[..<first]), text(first))
        (wholeStem, form) = (Array(name[..<last]), text(last))
    }
}
