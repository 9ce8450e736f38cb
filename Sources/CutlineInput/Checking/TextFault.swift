/// Why bytes are no UTF-8 text, and where. Text from outside is never repaired: what was changed in silence would be sent and paid for.
package enum TextFault: Hashable, Sendable {
    case utf16
    /// The first byte that is no part of UTF-8. Line and column are counted from 1, the column and the offset in bytes.
    case byte(UInt8, line: Int, column: Int, offset: Int)

    /// Nil where `bytes` are UTF-8.
    package init?(in bytes: some Collection<UInt8>) {
        if Self.looksLikeUTF16(bytes) {
            self = .utf16
            return
        }
        guard let offset = Self.firstBadByte(bytes) else { return nil }
        let before = bytes.prefix(offset)
        let line = before.count { $0 == 0x0A } + 1
        let column = before.reduce(1) { column, byte in byte == 0x0A ? 1 : column + 1 }
        self = .byte(bytes[bytes.index(bytes.startIndex, offsetBy: offset)], line: line, column: column, offset: offset)
    }

    /// Of a whole file: `is UTF-16; save it as UTF-8`.
    package var reason: String {
        switch self {
        case .utf16: "is UTF-16; save it as UTF-8"
        case .byte(let byte, let line, let column, let offset):
            "is not UTF-8: line \(line), column \(column) holds the byte \(Self.name(byte)) (offset \(offset)); save it as UTF-8"
        }
    }

    /// Of a part whose line is told beside it.
    var reasonInLine: String {
        switch self {
        case .utf16: "is UTF-16; save the file as UTF-8"
        case .byte(let byte, _, let column, _):
            "is not UTF-8: column \(column) holds the byte \(Self.name(byte))\(Self.letter(byte)); save the file as UTF-8"
        }
    }

    /// Of a field, which does not know where in its line it begins.
    var reasonInField: String {
        switch self {
        case .utf16: "is UTF-16; save the file as UTF-8"
        case .byte(let byte, _, _, let offset):
            "is not UTF-8: its byte \(offset + 1) is \(Self.name(byte))\(Self.letter(byte)); save the file as UTF-8"
        }
    }

    /// Of a word of the command line.
    package var reasonInArgument: String {
        switch self {
        case .utf16: "is not UTF-8"
        case .byte(let byte, _, _, let offset): "is not UTF-8: its byte \(offset + 1) is \(Self.name(byte))"
        }
    }

    private static func name(_ byte: UInt8) -> String { "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }

    /// What the byte is in the texts that programs on Windows still write: ` (ü in Windows-1252)`.
    private static func letter(_ byte: UInt8) -> String {
        let scalar = (0x80...0x9F).contains(byte) ? others[Int(byte) - 0x80] : Unicode.Scalar(byte)
        return scalar == " " || byte < 0x80 ? "" : " (\(scalar) in Windows-1252)"
    }

    /// Of 0x80 to 0x9F; blanks where nothing is meant by a byte.
    private static let others = Array("€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ".unicodeScalars)

    /// It begins with the mark of UTF-16, or with a Latin letter as UTF-16 has it.
    private static func looksLikeUTF16(_ bytes: some Collection<UInt8>) -> Bool {
        let head = Array(bytes.prefix(2))
        guard head.count == 2 else { return false }
        return head == [0xFF, 0xFE] || head == [0xFE, 0xFF] || (head[0] == 0) != (head[1] == 0)
    }

    private static func firstBadByte(_ bytes: some Collection<UInt8>) -> Int? {
        var (parser, iterator, offset) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator(), 0)
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .error: return offset
            case .emptyInput: return nil
            }
        }
    }
}
