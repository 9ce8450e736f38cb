import CutlineCore

/// Which columns of a manifest name the key, the pictures and the prompt; all others are the user's own. Names are known in any case, with
/// `_`, `-` or a blank between words.
struct ColumnRoles: Sendable {
    private(set) var key: String?
    private(set) var image: String?
    private(set) var images: String?
    private(set) var prompt: String?

    /// As docs/inputs.md names them.
    static let contract = ColumnRoles(key: "key", image: "image", images: "images", prompt: "prompt")

    /// The columns that Hugging Face's loaders read.
    private static let huggingFace = (image: "file_name", images: "file_names")
    /// As tools call it; taken where there is only one of them.
    private static let others: Set<String> = [
        "filename", "file", "filepath", "file_path", "path", "image_path", "image_file", "image_file_name", "image_filename", "image_name",
        "img", "img_path", "picture", "photo", "url", "image_url", "img_url", "picture_url",
    ]

    /// - Throws: the sentence on what could be meant.
    init(_ names: [String]) throws(Ambiguity) {
        key = try Self.one("key", of: names)
        (image, images) = (try Self.one("image", of: names), try Self.one("images", of: names))
        if image != nil || images != nil {
            prompt = try Self.one("prompt", of: names)
            return
        }
        (image, images) = (try Self.one(Self.huggingFace.image, of: names), try Self.one(Self.huggingFace.images, of: names))
        // There a `prompt` is what a picture was made from or described by, not what to ask of it.
        if image != nil || images != nil { return }
        let candidates = names.filter { Self.others.contains(Self.plain($0)) }
        if candidates.count > 1 {
            throw Ambiguity(
                sentence:
                    "the columns \(candidates.sorted().joined(separator: " and ")) may all name pictures; call the one that is meant `image`"
            )
        }
        image = candidates.first
        prompt = try Self.one("prompt", of: names)
    }

    private init(key: String, image: String, images: String, prompt: String) {
        (self.key, self.image, self.images, self.prompt) = (key, image, images, prompt)
    }

    struct Ambiguity: Error { let sentence: String }

    static func namePictures(_ names: [String]) -> Bool {
        names.contains { name in
            let plain = plain(name)
            return ["image", "images", huggingFace.image, huggingFace.images].contains(plain) || others.contains(plain)
        }
    }

    /// As it is written in the contract, else the one that differs in case or in what stands between its words.
    private static func one(_ role: String, of names: [String]) throws(Ambiguity) -> String? {
        if names.contains(role) { return role }
        let alike = names.filter { plain($0) == role }
        guard alike.count > 1 else { return alike.first }
        throw Ambiguity(
            sentence: "the columns \(alike.sorted().joined(separator: " and ")) may both be meant by `\(role)`; call one of them so")
    }

    private static func plain(_ name: String) -> String {
        guard name.utf8.count <= 32 else { return name }
        let bytes = WrittenName.bare(name).utf8.map { byte -> UInt8 in
            if byte == 0x20 || byte == UInt8(ascii: "-") { return UInt8(ascii: "_") }
            return (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
