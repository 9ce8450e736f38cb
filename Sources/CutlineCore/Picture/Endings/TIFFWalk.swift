/// TIFF 6.0 (§2): directories anywhere in the file, which name what else there is by offset and length. What they name must be there.
struct TIFFWalk: PictureWalk {
    private enum Step { case header, count, entries, values, passed(then: Place) }
    private enum Place { case directory, values }

    private var step = Step.header
    private var isBigEndian = false
    private(set) var orientation: PictureOrientation?
    /// Where the last thing ends that was named.
    private var end: Int64 = 8
    private var nextDirectory: Int64 = 0
    private var isFirst = true
    /// Lists of places and of lengths that stand elsewhere and were not read yet, in the order of their offsets.
    private var pending: [Field] = []
    private var spans = Spans()

    let first = PictureAppetite.bytes(8)

    private static let longestList = 8 << 20

    mutating func next(_ bytes: [UInt8], at position: Int64) -> PictureAppetite {
        switch step {
        case .header:
            isBigEndian = bytes[0] == 0x4D
            nextDirectory = Int64(number(bytes[...], 4, at: 4))
            return goToDirectory(from: position)
        case .count:
            step = .entries
            return .bytes(number(bytes[...], 2) * 12 + 4)
        case .entries: return read(directory: bytes, at: position)
        case .values:
            let field = pending.removeFirst()
            spans.add(field, numbers(field, in: bytes[...]))
            return goOn(from: position)
        case .passed(.directory):
            step = .count
            return .bytes(2)
        case .passed(.values):
            step = .values
            return .bytes(pending[0].length)
        }
    }

    private mutating func goToDirectory(from position: Int64) -> PictureAppetite {
        end = max(end, nextDirectory + 6)
        // One that went by already cannot be read any more.
        guard nextDirectory >= position else { return .nothing }
        step = .passed(then: .directory)
        return .skip(nextDirectory - position)
    }

    private mutating func read(directory bytes: [UInt8], at position: Int64) -> PictureAppetite {
        spans = Spans()
        for start in stride(from: 0, to: bytes.count - 4, by: 12) {
            guard let field = Field(bytes[start..<(start + 12)], number) else { continue }
            if field.length <= 4 {
                let values = numbers(field, in: field.inline)
                spans.add(field, values)
                if isFirst, field.tag == PictureOrientation.tag { orientation = values.first.flatMap(PictureOrientation.init) }
            } else {
                end = max(end, field.offset + Int64(field.length))
                if Spans.isOne(field), field.offset >= position, field.length <= Self.longestList { pending.append(field) }
            }
        }
        nextDirectory = Int64(number(bytes[...], 4, at: bytes.count - 4))
        isFirst = false
        pending.sort { $0.offset < $1.offset }
        return goOn(from: position)
    }

    private mutating func goOn(from position: Int64) -> PictureAppetite {
        while let field = pending.first {
            guard field.offset >= position else {
                pending.removeFirst()
                continue
            }
            step = .passed(then: .values)
            return .skip(field.offset - position)
        }
        end = max(end, spans.end)
        return nextDirectory == 0 ? .nothing : goToDirectory(from: position)
    }

    private func number(_ bytes: ArraySlice<UInt8>, _ count: Int, at offset: Int = 0) -> Int {
        (isBigEndian ? bytes.big(count, at: offset) : bytes.little(count, at: offset)) ?? 0
    }

    private func numbers(_ field: Field, in bytes: ArraySlice<UInt8>) -> [Int] {
        guard field.size == 2 || field.size == 4 else { return [] }
        return (0..<field.count).map { number(bytes, field.size, at: $0 * field.size) }
    }

    func isWhole(at position: Int64, wanting appetite: PictureAppetite) -> Bool { appetite == .nothing && position >= end }
}

extension TIFFWalk {
    /// An entry of a directory.
    fileprivate struct Field {
        let tag: Int
        /// Of one value, in bytes.
        let size: Int
        let count: Int
        let offset: Int64
        /// The values, where they are short.
        let inline: ArraySlice<UInt8>

        var length: Int { size * count }

        /// BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE, IFD
        private static let sizes = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4]

        /// Nil for a type that nobody knows.
        init?(_ entry: ArraySlice<UInt8>, _ number: (ArraySlice<UInt8>, Int, Int) -> Int) {
            guard let size = Self.sizes[number(entry, 2, 2)] else { return nil }
            (tag, count, offset) = (number(entry, 2, 0), number(entry, 4, 4), Int64(number(entry, 4, 8)))
            (self.size, inline) = (size, entry.suffix(4))
        }
    }

    /// Where the pixels stand: strips or tiles (§8, §15).
    fileprivate struct Spans {
        private var starts: [Int] = []
        private var lengths: [Int] = []

        static func isOne(_ field: Field) -> Bool { [273, 324, 279, 325].contains(field.tag) }

        mutating func add(_ field: Field, _ numbers: [Int]) {
            switch field.tag {
            case 273, 324: starts = numbers
            case 279, 325: lengths = numbers
            default: break
            }
        }

        var end: Int64 { zip(starts, lengths).map { Int64($0) + Int64($1) }.max() ?? 0 }
    }
}
