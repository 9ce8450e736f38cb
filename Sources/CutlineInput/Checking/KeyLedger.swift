import CutlineCore

/// What tells keys apart in little room: 128 bits, from a hash that is seeded anew in each process.
struct KeyDigest: Hashable {
    let first: UInt64
    let second: UInt64

    init(_ key: String) {
        (first, second) = (Self.hash(key, seed: 1), Self.hash(key, seed: 2))
    }

    static func hash(_ text: String, seed: UInt8) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(seed)
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return UInt64(truncatingIfNeeded: Int64(hasher.finalize()))
    }
}

/// Finds keys that stand more than once among millions, in 16 bytes each.
struct KeyLedger {
    private struct Line {
        let key: UInt64
        let content: UInt64
    }

    private var lines: [Line] = []

    mutating func note(_ item: InputItem) {
        lines.append(Line(key: KeyDigest.hash(item.key, seed: 1), content: item.contentHash))
    }

    /// The first half of the digests of keys that stand more than once: always with the same content, or perhaps with another one.
    /// And the number of different keys.
    mutating func repeats() -> (same: Set<UInt64>, suspected: Set<UInt64>, distinct: Int) {
        lines.sort { $0.key < $1.key }
        var (same, suspected) = (Set<UInt64>(), Set<UInt64>())
        for (line, next) in zip(lines, lines.dropFirst()) where line.key == next.key {
            if line.content == next.content { same.insert(line.key) } else { suspected.insert(line.key) }
        }
        let repeated = zip(lines, lines.dropFirst()).count { $0.key == $1.key }
        return (same, suspected, lines.count - repeated)
    }

    /// All that were noted; after `repeats`, which brings them in order.
    var keys: KeySet { KeySet(hashes: lines.map(\.key)) }
}

/// Keys that were met, in eight bytes each. Where a million others are looked up among a million, one of them is taken for met once in twenty
/// million runs.
struct KeySet: Sendable {
    /// In order.
    fileprivate let hashes: [UInt64]

    func contains(_ key: String) -> Bool {
        let hash = KeyDigest.hash(key, seed: 1)
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }
}

extension InputItem {
    /// Of all that is sent and noted. Two forms of one letter are two texts.
    fileprivate var contentHash: UInt64 {
        var hasher = Hasher()
        func combine(_ text: String) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            hasher.combine(UInt8(0xFF))
        }
        combine(key)
        for image in images {
            switch image.source {
            case .url(let url): combine(url)
            case .file(let file): hasher.combine(file)
            }
        }
        hasher.combine(images.count)
        hasher.combine(prompt == nil)
        combine(prompt ?? "")
        if !extra.isEmpty { combine(JSONValue.object(extra).text) }
        return UInt64(truncatingIfNeeded: Int64(hasher.finalize()))
    }
}
