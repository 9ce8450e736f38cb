import CutlineCore
import CutlineDigest

/// Finds the entries of one picture among millions, in 16 bytes an entry; nothing of it stays on the disk.
///
/// **One picture** is one file or one address (for a job of several pictures: the same ones in the same order), whatever its keys are: two
/// folders may each have an `a.png`, and one file may be `a.png` in one batch and `photos/a.png` in another, or bear a key of the user's own. So
/// keys, and the queue's index of them, do not tell pictures apart. Copies are two pictures: each wants a caption file of its own.
///
/// A line holds the first half of a hash of the place, and the entry. Two of a million pictures have one hash in fewer than one of ten million
/// exports; where captions are brought together the places themselves are compared then, so that no picture gets another one's caption.
struct PictureLedger {
    private struct Line {
        let picture: UInt64
        /// The batch's rank, then the entry's number, so that the order of lines is that of batches.
        let member: UInt64
    }

    private static let bitsOfEntry = 48

    private var lines: [Line] = []
    /// By their bytes: two names may look the same to a person.
    private let ranks: [[UInt8]: Int]

    /// - Parameter batches: By rank, the last goes before the others.
    init(batches: [String]) {
        ranks = Dictionary(batches.enumerated().map { (Array($1.utf8), $0) }) { $1 }
    }

    mutating func note(_ record: Record) {
        let member = UInt64(rank(of: record)) << Self.bitsOfEntry | UInt64(record.id)
        lines.append(Line(picture: record.pictureHash, member: member))
    }

    /// When all are noted, before the first is looked up.
    mutating func sort() {
        lines.sort { ($0.picture, $0.member) < ($1.picture, $1.member) }
    }

    /// The entries of a record's picture, by batch and number.
    func entries(of record: Record) -> [Int64] {
        members(of: record).map { Int64($0 & (1 << Self.bitsOfEntry - 1)) }
    }

    /// Whether a batch that goes before the record's own has the picture, too.
    func isSurpassed(_ record: Record) -> Bool {
        guard let last = members(of: record).last else { return false }
        return Int(last >> Self.bitsOfEntry) > rank(of: record)
    }

    private func rank(of record: Record) -> Int { ranks[Array(record.batch.utf8)] ?? 0 }

    private func members(of record: Record) -> [UInt64] {
        let picture = record.pictureHash
        var (low, high) = (0, lines.count)
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].picture < picture { low = middle + 1 } else { high = middle }
        }
        return lines[low...].prefix { $0.picture == picture }.map(\.member)
    }
}

extension Record {
    /// Where its pictures are.
    var places: [ImageSource.Place] { pictures.isEmpty ? images.map { .url($0) } : pictures.map(\.place) }

    /// Of the places of its pictures; the same in every process.
    var pictureHash: UInt64 {
        var hash = SHA256()
        for place in places {
            let bytes = place.bytes
            hash.update(Array("\(bytes.count):".utf8))
            hash.update(bytes)
        }
        return hash.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
}
