import CutlineCore

/// What a dataset says of a picture beside its caption. All of them are texts and always there: readers settle a column's type by the first rows.
enum DatasetColumns {
    /// The caption stands with the format, under the name that its readers expect. Beside several captions only what holds for all of them is said.
    static func add(_ record: Record, to text: inout JSONText) {
        add(["key": record.key, "source": record.pictureNames.first ?? ""], to: &text)
        if record.group.isEmpty {
            let flags = (record.caption?.flags ?? []).map(\.rawValue).joined(separator: ",")
            add(["prompt": record.prompt, "batch": record.batch, "provider": record.provider], to: &text)
            add(["model": record.answeringModel, "flags": flags], to: &text)
        }
        // An object has other members in every row.
        add(["extra": JSONValue.object(record.extra).text], to: &text)
    }

    private static func add(_ columns: KeyValuePairs<String, String>, to text: inout JSONText) {
        for (name, value) in columns { text.member(name, value) }
    }

    /// The entry's number: the same at every export, and none of the words by which readers tell splits apart.
    static func name(of record: Record) -> String {
        let digits = String(record.id)
        return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
    }

    /// Whether a name begins with such a number, and what follows it.
    static func rest(ofName name: String) -> Substring? {
        let digits = name.utf8.prefix { (0x30...0x39).contains($0) }.count
        return digits >= 8 ? Substring(name.utf8.dropFirst(digits)) : nil
    }
}

extension Record {
    /// The one that answered where the provider says so, else the one that was asked.
    var answeringModel: String { caption?.resolvedModel ?? requestedModel }
}

extension PictureFormat {
    /// The usual ending of a file's name, in lower case.
    var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .tiff: "tif"
        case .png, .webp, .gif, .heic, .avif, .bmp: rawValue
        }
    }
}
