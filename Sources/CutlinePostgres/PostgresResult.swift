import CutlineQueue

/// What a statement brought.
final class PostgresResult {
    let libpq: Libpq
    let pointer: Libpq.Result

    init(_ pointer: Libpq.Result, _ libpq: Libpq) { (self.pointer, self.libpq) = (pointer, libpq) }

    deinit { libpq.clear(pointer) }

    var isError: Bool { ![Libpq.commandOK, Libpq.tuplesOK].contains(libpq.resultStatus(pointer)) }
    var rowCount: Int { Int(libpq.rowCount(pointer)) }

    /// How many rows a statement wrote; of one that reads, how many it brought.
    var affected: Int { libpq.commandTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// As `COMMIT` or `INSERT 0 1`.
    var command: String { libpq.commandStatus(pointer).map { String(cString: $0) } ?? "" }

    var error: StoreError {
        func field(_ code: CInt) -> String? { libpq.resultErrorField(pointer, code).map { String(cString: $0) } }
        return StoreError(sqlState: field(Libpq.sqlState) ?? "", field(Libpq.message) ?? "the server gave no answer")
    }

    /// The first column of its first row, as text; nil where it is NULL.
    var firstText: String? {
        guard rowCount > 0, libpq.isNull(pointer, 0, 0) == 0, let value = libpq.value(pointer, 0, 0) else { return nil }
        return String(cString: value)
    }
}

/// A row of a result in binary format.
struct PostgresCells: Cells {
    let result: PostgresResult
    let row: CInt

    func isNull(_ column: Int) -> Bool { result.libpq.isNull(result.pointer, row, CInt(column)) != 0 }

    func integer(_ column: Int) -> Int64 {
        let bytes = bytes(of: column)
        return switch type(column) {
        case .boolean: bytes[0] == 0 ? 0 : 1
        case .smallint: Int64(Int16(truncatingIfNeeded: Self.number(bytes)))
        case .integer: Int64(Int32(truncatingIfNeeded: Self.number(bytes)))
        case .bigint: Self.number(bytes)
        case .bytes, .name, .text, .json, .double, .varchar, .unknown:
            preconditionFailure("column \(column) holds no integer but \(type(column))")
        }
    }

    func real(_ column: Int) -> Double {
        guard type(column) == .double else { return Double(integer(column)) }
        return Double(bitPattern: UInt64(bitPattern: Self.number(bytes(of: column))))
    }

    func text(_ column: Int) -> String { String(decoding: bytes(of: column), as: UTF8.self) }
    func bytes(_ column: Int) -> [UInt8] { Array(bytes(of: column)) }

    func value(_ column: Int) -> StoredValue {
        if isNull(column) { return .null }
        return switch type(column) {
        case .boolean, .smallint, .integer, .bigint: .integer(integer(column))
        case .double: .real(real(column))
        case .bytes: .bytes(bytes(column))
        case .name, .text, .json, .varchar, .unknown: .text(text(column))
        }
    }

    private func type(_ column: Int) -> ColumnType {
        guard let type = ColumnType(rawValue: result.libpq.columnType(result.pointer, CInt(column))) else {
            preconditionFailure("a statement was prepared that brings a type of its own")
        }
        return type
    }

    private func bytes(of column: Int) -> UnsafeRawBufferPointer {
        let start = result.libpq.value(result.pointer, row, CInt(column))
        return UnsafeRawBufferPointer(start: start, count: Int(result.libpq.length(result.pointer, row, CInt(column))))
    }

    /// Of two, four or eight bytes.
    private static func number(_ bytes: UnsafeRawBufferPointer) -> Int64 { bytes.reduce(0) { $0 << 8 | Int64($1) } }
}
