import CutlineCore

/// Reads a file of rows byte by byte, holding one piece of it.
struct RowBytes {
    let file: RowFile
    /// Of the next byte, counted from 1.
    private(set) var line = 1
    private(set) var column = 1
    private var bytes: [UInt8] = []
    private var position = 0
    private var offset: Int64 = 0
    private let breaksAtCarriageReturn: Bool
    private var isBehindCarriageReturn = false

    init(_ file: RowFile, skipping count: Int = 0) {
        self.file = file
        breaksAtCarriageReturn = file.lineEnd == .carriageReturn
        offset = Int64(count)
        if count > file.markLength { line = 2 }
    }

    var place: RowPlace { RowPlace(file: file.name, line: line, column: column) }

    mutating func peek() throws(InputError) -> UInt8? {
        if position == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            position = 0
            offset += Int64(try RowPiece.append(from: file, at: offset, to: &bytes))
        }
        return position < bytes.count ? bytes[position] : nil
    }

    mutating func take() throws(InputError) -> UInt8? {
        guard let byte = try peek() else { return nil }
        position += 1
        column += 1
        let isBreak = byte == 0x0A && !isBehindCarriageReturn || byte == 0x0D && breaksAtCarriageReturn
        if isBreak { (line, column) = (line + 1, 1) }
        isBehindCarriageReturn = byte == 0x0D && breaksAtCarriageReturn
        return byte
    }
}
