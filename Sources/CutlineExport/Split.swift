import CutlineCore
import CutlineDigest

/// Parts of a dataset. A record's part depends on its pictures and the seed alone: it stays where it is when the set grows, when the pictures
/// are captioned anew by another model, and copies of one picture are never on both sides.
package struct Split: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        package var name: String
        /// Above 0; all of them add up to 1.
        package var share: Double

        package init(name: String, share: Double) {
            self.name = name
            self.share = share
        }
    }

    package var parts: [Part]
    package var seed: UInt64

    package init(_ parts: [Part], seed: UInt64 = 0) {
        self.parts = parts
        self.seed = seed
    }

    func part(of record: Record) -> Int {
        let place = place(of: record.pictures)
        var end = 0.0
        for index in parts.indices {
            end += parts[index].share
            if place < end { return index }
        }
        return parts.count - 1
    }

    /// From 0 up to, not including, 1.
    private func place(of pictures: [ImageSource]) -> Double {
        var hash = SHA256()
        hash.update(Array("cutline-split-1 \(seed)".utf8))
        for picture in pictures {
            let identity = picture.identity
            hash.update(Array(" \(identity.count):".utf8))
            hash.update(identity)
        }
        let number = hash.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(number >> 11) / Double(1 << 53)
    }
}
