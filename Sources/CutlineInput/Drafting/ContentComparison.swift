import CutlineCore
import SystemPackage

/// A text that equals another only if its bytes do: `é` has two forms, and they are two file names.
struct ExactText: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// Compares what two entries would send.
struct ContentComparison {
    /// A key that stands a thousand times is hashed once per file.
    private var digests: [PictureFile: [UInt8]] = [:]

    /// Nil where both are the same.
    mutating func difference(_ a: Located, _ b: Located) throws(InputError) -> InputError? {
        let names = "\(Self.name(a)) and \(Self.name(b))"
        let key = a.item.key
        guard try haveSameImages(a.item.images, b.item.images) else {
            return InputError(
                "the key \(key) stands for different pictures, \(names); give them keys of their own in a job file or manifest")
        }
        guard ExactText(a.item.prompt ?? "") == ExactText(b.item.prompt ?? ""), (a.item.prompt == nil) == (b.item.prompt == nil),
            a.item.extra == b.item.extra
        else {
            return InputError("the key \(key) stands for two jobs that ask or note different things, \(names); give one another key")
        }
        return nil
    }

    private static func name(_ located: Located) -> String {
        let images = located.item.images.map(\.asGiven).joined(separator: " + ")
        return images + (located.place.map { " (\($0.name))" } ?? "")
    }

    private mutating func haveSameImages(_ a: [InputImage], _ b: [InputImage]) throws(InputError) -> Bool {
        guard a.count == b.count else { return false }
        for (one, other) in zip(a, b) where try !isSame(one.source, other.source) { return false }
        return true
    }

    private mutating func isSame(_ a: ImageSource, _ b: ImageSource) throws(InputError) -> Bool {
        switch (a, b) {
        case (.url(let a), .url(let b)): return ExactText(a) == ExactText(b)
        case (.file(let a), .file(let b)):
            if a.path == b.path, a.slice == b.slice { return true }
            guard a.byteCount == b.byteCount else { return false }
            return try digest(a) == digest(b)
        case (.url, .file), (.file, .url): return false
        }
    }

    private mutating func digest(_ file: PictureFile) throws(InputError) -> [UInt8] {
        if let digest = digests[file] { return digest }
        let digest = try Drafter.hash(file: file.path, file.slice)
        digests[file] = digest
        return digest
    }
}
