import CutlineCore

/// Reads the rows of a CSV file (RFC 4180): commas, quotes doubled inside quotes, line breaks inside quotes, CRLF or LF behind a row.
/// It looks at bytes, never at characters.
struct CSVReader {
    private let file: RowFile
    private var bytes: [UInt8] = []
    private var position = 0
    private var offset: Int64 = 0
    private var line = 1

    init(_ file: RowFile) { self.file = file }

    /// The next row that is not blank. Its place is the line where it begins.
    mutating func next() throws(InputError) -> (place: RowPlace, fields: [[UInt8]])? {
        while try peek() != nil {
            let place = RowPlace(file: file.name, line: line)
            let fields = try row(place)
            if fields != [[]] { return (place, fields) }
        }
        try file.checkUnchanged()
        return nil
    }

    private mutating func row(_ place: RowPlace) throws(InputError) -> [[UInt8]] {
        var fields: [[UInt8]] = []
        while true {
            fields.append(try peek() == Self.quote ? try quotedField() : try plainField())
            switch try take() {
            case Self.comma: continue
            case Self.lineFeed, nil: return fields
            case .some: throw RowPlace(file: file.name, line: line).error("field \(fields.count) goes on behind its closing quote")
            }
        }
    }

    private mutating func plainField() throws(InputError) -> [UInt8] {
        var field: [UInt8] = []
        while let byte = try peek(), byte != Self.comma, byte != Self.lineFeed {
            guard byte != Self.quote else {
                throw RowPlace(file: file.name, line: line).error(
                    "a quote stands inside a field that is not quoted; quote the field and double the quote")
            }
            field.append(byte)
            position += 1
        }
        if field.last == Self.carriageReturn, try peek() != Self.comma { field.removeLast() }
        return field
    }

    private mutating func quotedField() throws(InputError) -> [UInt8] {
        let start = RowPlace(file: file.name, line: line)
        position += 1
        var field: [UInt8] = []
        while let byte = try take() {
            guard byte == Self.quote else {
                field.append(byte)
                continue
            }
            guard try peek() == Self.quote else {
                if try peek() == Self.carriageReturn { position += 1 }
                return field
            }
            field.append(Self.quote)
            position += 1
        }
        throw start.error("a quoted field that begins here does not end")
    }

    private mutating func take() throws(InputError) -> UInt8? {
        guard let byte = try peek() else { return nil }
        position += 1
        if byte == Self.lineFeed { line += 1 }
        return byte
    }

    private mutating func peek() throws(InputError) -> UInt8? {
        if position == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            position = 0
            let count = try RowPiece.append(from: file, at: offset, to: &bytes)
            if offset == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
            offset += Int64(count)
        }
        return position < bytes.count ? bytes[position] : nil
    }

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D
}
