import CutlineCore

/// Reads the rows of a CSV file: as RFC 4180 has it, and as spreadsheets write it, with other separators, blanks in front of quotes, empty
/// rows, and any line ends. It looks at bytes, never at characters.
struct CSVReader {
    private var bytes: RowBytes
    private let separator: UInt8
    private let breaksAtCarriageReturn: Bool

    init(_ file: RowFile) {
        bytes = RowBytes(file, skipping: file.markLength + file.dialect.skipped)
        separator = file.dialect.separator
        breaksAtCarriageReturn = file.lineEnd == .carriageReturn
    }

    /// The next row that holds anything. Its place is the line where it begins. Behind one that is broken comes the one on the next line.
    mutating func next() throws(InputError) -> (place: RowPlace, fields: Result<[[UInt8]], InputError>)? {
        while try bytes.peek() != nil {
            let place = RowPlace(file: bytes.file.name, line: bytes.line)
            let fields: [[UInt8]]
            do throws(InputError) { fields = try row() } catch {
                try skipLine()
                return (place, .failure(error))
            }
            if !fields.allSatisfy({ $0.allSatisfy(RowShape.isBlank) }) { return (place, .success(fields)) }
        }
        try bytes.file.checkUnchanged()
        return nil
    }

    private mutating func row() throws(InputError) -> [[UInt8]] {
        var fields: [[UInt8]] = []
        while true {
            fields.append(try field())
            guard let byte = try bytes.peek() else { return fields }
            let place = RowPlace(file: bytes.file.name, line: bytes.line)
            guard byte == separator || byte == Self.lineFeed || byte == Self.carriageReturn else {
                throw place.error("field \(fields.count) goes on behind its closing quote")
            }
            _ = try bytes.take()
            if byte == Self.carriageReturn, try bytes.peek() == Self.lineFeed { _ = try bytes.take() }
            if byte != separator { return fields }
        }
    }

    private mutating func field() throws(InputError) -> [UInt8] {
        var field: [UInt8] = []
        while let byte = try bytes.peek(), byte != separator, byte != Self.lineFeed {
            if byte == Self.quote {
                guard field.allSatisfy(RowShape.isBlank) else {
                    throw RowPlace(file: bytes.file.name, line: bytes.line).error(
                        "a quote stands inside a field that is not quoted; quote the field and double the quote")
                }
                return try quotedField()
            }
            if byte == Self.carriageReturn, breaksAtCarriageReturn { break }
            field.append(byte)
            _ = try bytes.take()
        }
        // What stands in front of a line feed belongs to the line end.
        if field.last == Self.carriageReturn, try bytes.peek() != separator { field.removeLast() }
        return field
    }

    private mutating func quotedField() throws(InputError) -> [UInt8] {
        let start = RowPlace(file: bytes.file.name, line: bytes.line)
        _ = try bytes.take()
        var field: [UInt8] = []
        while let byte = try bytes.take() {
            guard byte == Self.quote else {
                field.append(byte)
                continue
            }
            guard try bytes.peek() == Self.quote else {
                try skipBlanks()
                return field
            }
            field.append(Self.quote)
            _ = try bytes.take()
        }
        throw start.error("a quoted field that begins here does not end")
    }

    /// Between a closing quote and what separates it from the next field.
    private mutating func skipBlanks() throws(InputError) {
        while let byte = try bytes.peek(), byte == 0x20 || byte == 0x09, byte != separator { _ = try bytes.take() }
    }

    private mutating func skipLine() throws(InputError) {
        let line = bytes.line
        while try bytes.peek() != nil, bytes.line == line { _ = try bytes.take() }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D
}
