import CutlineCore

extension CheckedInput {
    /// The `count` items whose keys come first in the order of their SHA-256, in the order of the input: as good as random, the same every
    /// time whatever is asked about them, and little changed when pictures are added. No picture is read.
    package func sample(_ count: Int) throws -> [InputItem] {
        var (chosen, index) = ([Chosen](), 0)
        try forEachChunk(of: 500) { items in
            for item in items {
                chosen.append(Chosen(digest: item.key.utf8.sha256, index: index, item: item))
                index += 1
            }
            if chosen.count > 4 * (count + 500) { chosen = Self.first(count, of: chosen) }
        }
        return Self.first(count, of: chosen).sorted { $0.index < $1.index }.map(\.item)
    }

    private struct Chosen {
        let digest: [UInt8]
        let index: Int
        let item: InputItem
    }

    private static func first(_ count: Int, of chosen: [Chosen]) -> [Chosen] {
        Array(chosen.sorted { $0.digest.lexicographicallyPrecedes($1.digest) }.prefix(count))
    }
}
