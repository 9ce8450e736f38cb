import CutlineQueue

/// The types that the queue's statements take and bring, in the binary format of the protocol: integers are big-endian.
///
/// Their numbers are those of pg_type.dat, which never change.
enum ColumnType: UInt32 {
    case boolean = 16
    case bytes = 17
    case name = 19
    case bigint = 20
    case smallint = 21
    case integer = 23
    case text = 25
    case json = 114
    case double = 701
    case varchar = 1043
    /// Of a parameter that PostgreSQL has not decided on, and takes as text.
    case unknown = 705

    /// Nil: the value is NULL or does not fit.
    func encode(_ value: StoredValue) -> [UInt8]? {
        switch (self, value) {
        case (_, .null): nil
        case (.boolean, .integer(let number)): [number == 0 ? 0 : 1]
        case (.bigint, .integer(let number)): Self.bytes(of: number)
        case (.integer, .integer(let number)): Int32(exactly: number).map(Self.bytes)
        case (.smallint, .integer(let number)): Int16(exactly: number).map(Self.bytes)
        case (.double, .integer(let number)): Self.bytes(of: Double(number).bitPattern)
        case (.double, .real(let number)): Self.bytes(of: number.bitPattern)
        case (.text, .text(let text)), (.json, .text(let text)), (.varchar, .text(let text)), (.name, .text(let text)),
            (.unknown, .text(let text)):
            // What providers say may hold it; what the user says was refused before.
            text.utf8.contains(0) ? text.utf8.filter { $0 != 0 } : Array(text.utf8)
        case (.bytes, .bytes(let bytes)): bytes
        case (.bytes, .text(let text)): Array(text.utf8)
        case (.boolean, _), (.bytes, _), (.name, _), (.bigint, _), (.smallint, _), (.integer, _), (.text, _), (.json, _), (.double, _),
            (.varchar, _), (.unknown, _):
            nil
        }
    }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}
