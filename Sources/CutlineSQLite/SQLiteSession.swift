import CutlineQueue
import Foundation
import GRDB
import GRDBSQLite

/// A connection of GRDB's inside a transaction.
struct SQLiteSession: Session {
    let database: Database

    func cachedStatement(sql: String) throws -> any CutlineQueue.Statement {
        SQLiteStatement(statement: try StoreError.translating { try database.cachedStatement(sql: sql) })
    }

    func execute(sql: String, arguments: Arguments) throws {
        try StoreError.translating { try database.execute(sql: sql, arguments: StatementArguments(arguments.values)) }
    }

    /// `RETURNING` would keep the row in a table of its own first.
    func insert(sql: String, arguments: Arguments) throws -> Int64? {
        try cachedStatement(sql: sql).execute(arguments: arguments)
        return database.changesCount > 0 ? database.lastInsertedRowID : nil
    }

    var changesCount: Int { database.changesCount }

    func inSavepoint(_ body: () throws -> Void) throws {
        try StoreError.translating {
            try database.inSavepoint {
                try body()
                return .commit
            }
        }
    }
}

/// It is bound and read through SQLite's own functions: GRDB would copy each argument twice and each row once.
struct SQLiteStatement: CutlineQueue.Statement {
    let statement: GRDB.Statement

    var columnNames: [String] { statement.columnNames }

    func execute(arguments: Arguments) throws {
        bind(arguments)
        try StoreError.translating { try statement.execute() }
    }

    func run(_ arguments: Arguments, _ body: (any Cells) throws -> Bool) throws {
        bind(arguments)
        let cells = SQLiteCells(statement: statement.sqliteStatement)
        let rows = try StoreError.translating { try CurrentRow?.fetchCursor(statement) }
        while try StoreError.translating({ try rows.next() }) != nil {
            guard try body(cells) else { return }
        }
    }

    private func bind(_ arguments: Arguments) {
        // It resets the statement, and tells GRDB that nothing is left to be bound.
        statement.setUncheckedArguments(Self.none)
        precondition(
            arguments.values.count == sqlite3_bind_parameter_count(statement.sqliteStatement), "\(arguments.values) for \(statement.sql)")
        for (index, value) in arguments.values.enumerated() {
            let code = bind(value, at: CInt(index + 1))
            // It touches no file: only memory can be missing.
            precondition(code == SQLITE_OK, "SQLite cannot bind \(value): \(code)")
        }
    }

    private func bind(_ value: StoredValue, at index: CInt) -> CInt {
        let pointer = statement.sqliteStatement
        // SQLITE_TRANSIENT: SQLite makes its own copy.
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(pointer, index)
        case .integer(let number): return sqlite3_bind_int64(pointer, index, number)
        case .real(let number): return sqlite3_bind_double(pointer, index, number)
        case .text(var text):
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(pointer, index, $0.baseAddress ?? Self.empty, CInt($0.count), copies)
                }
            }
        case .bytes(let bytes):
            // A NULL pointer would be bound as NULL.
            if bytes.isEmpty { return sqlite3_bind_zeroblob(pointer, index, 0) }
            return bytes.withUnsafeBytes { sqlite3_bind_blob(pointer, index, $0.baseAddress, CInt($0.count), copies) }
        }
    }

    private static let none = StatementArguments()
    nonisolated(unsafe) private static let empty = UnsafePointer(UnsafeMutablePointer<CChar>.allocate(capacity: 1))
}

struct SQLiteCells: Cells {
    let statement: OpaquePointer

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, CInt(column)) == SQLITE_NULL }
    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, CInt(column)) }
    func real(_ column: Int) -> Double { sqlite3_column_double(statement, CInt(column)) }

    func text(_ column: Int) -> String { withBytes(column) { String(decoding: $0, as: UTF8.self) } }
    func bytes(_ column: Int) -> [UInt8] { withBytes(column) { Array($0) } }

    func value(_ column: Int) -> StoredValue {
        switch sqlite3_column_type(statement, CInt(column)) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_FLOAT: .real(real(column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .bytes(bytes(column))
        default: .null
        }
    }

    /// SQLite has the bytes of either form ready.
    private func withBytes<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let start = sqlite3_column_blob(statement, CInt(column))
        return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, CInt(column)))))
    }
}

/// To GRDB it is the value of the first column, which may be NULL: its cursor steps, and copies nothing.
private struct CurrentRow: StatementColumnConvertible, DatabaseValueConvertible {
    init?(sqliteStatement: GRDB.SQLiteStatement, index: CInt) {}

    static func fromDatabaseValue(_ value: DatabaseValue) -> CurrentRow? { nil }
    var databaseValue: DatabaseValue { .null }
}

extension StatementArguments {
    fileprivate init(_ values: [StoredValue]) {
        self.init(
            values.map { value -> (any DatabaseValueConvertible)? in
                switch value {
                case .null: nil
                case .integer(let number): number
                case .real(let number): number
                case .text(let text): text
                case .bytes(let bytes): Data(bytes)
                }
            })
    }
}

extension StoreError {
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as DatabaseError { throw StoreError(error) }
    }

    init(_ error: DatabaseError) {
        let kind: Kind =
            switch error.resultCode {
            case .SQLITE_CONSTRAINT: .constraint
            case .SQLITE_FULL: .diskFull
            case .SQLITE_CORRUPT: .damaged
            case .SQLITE_NOTADB: .foreign
            default: .other
            }
        self.init(kind, error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
    }
}
