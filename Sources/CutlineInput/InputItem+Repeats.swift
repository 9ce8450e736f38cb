import CutlineCore
import SystemPackage

extension [InputItem] {
    /// Entries with the same key and the same content become one; with other content they are refused. Bytes are read only to compare.
    func withoutRepeats() throws(InputError) -> [InputItem] {
        var seen: [ExactText: Int32] = [:]
        seen.reserveCapacity(count)
        var repeats: Set<Int> = []
        var comparison = ContentComparison()
        for (index, item) in enumerated() {
            guard let other = seen[ExactText(item.key)] else {
                seen[ExactText(item.key)] = Int32(index)
                continue
            }
            if let difference = try comparison.difference(self[Int(other)], item) { throw difference }
            repeats.insert(index)
        }
        guard !repeats.isEmpty else { return self }
        return indices.filter { !repeats.contains($0) }.map { self[$0] }
    }
}

/// A text that equals another only if its bytes do: `é` has two forms, and they are two file names.
private struct ExactText: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (a: ExactText, b: ExactText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// Compares what two entries would send.
private struct ContentComparison {
    /// A key that stands a thousand times is hashed once per file.
    private var digests: [FilePath: [UInt8]] = [:]

    /// Nil where both are the same.
    mutating func difference(_ a: InputItem, _ b: InputItem) throws(InputError) -> InputError? {
        let names = "\(Self.name(a)) and \(Self.name(b))"
        guard try haveSameImages(a.images, b.images) else {
            return InputError("the key \(a.key) stands for different pictures, \(names); give them keys of their own in a job file")
        }
        guard ExactText(a.prompt ?? "") == ExactText(b.prompt ?? ""), (a.prompt == nil) == (b.prompt == nil), a.extra == b.extra else {
            return InputError("the key \(a.key) stands for two jobs that ask or note different things, \(names); give one another key")
        }
        return nil
    }

    private static func name(_ item: InputItem) -> String { item.images.map(\.asGiven).joined(separator: " + ") }

    private mutating func haveSameImages(_ a: [InputImage], _ b: [InputImage]) throws(InputError) -> Bool {
        guard a.count == b.count else { return false }
        for (one, other) in zip(a, b) where try !isSame(one.source, other.source) { return false }
        return true
    }

    private mutating func isSame(_ a: ImageSource, _ b: ImageSource) throws(InputError) -> Bool {
        switch (a, b) {
        case (.url(let a), .url(let b)): return ExactText(a) == ExactText(b)
        case (.file(let a), .file(let b)):
            if a.path == b.path { return true }
            guard a.stamp.size == b.stamp.size else { return false }
            return try digest(a.path) == digest(b.path)
        case (.url, .file), (.file, .url): return false
        }
    }

    private mutating func digest(_ path: FilePath) throws(InputError) -> [UInt8] {
        if let digest = digests[path] { return digest }
        let digest = try Drafter.hash(file: path)
        digests[path] = digest
        return digest
    }
}
