import CutlineCore
import GRDB
import GRDBSQLite

/// A row whose columns are read by their place, straight from SQLite, for statements that bring one row a job: to find a name GRDB brings
/// every name before it to lower case, and copies the row besides.
///
/// `Column` lists the columns of one statement in their order, each under its name there in camel case; tests hold it to the statement. The first
/// one is never NULL. A row is valid until the next one is asked for.
struct PlacedRow<Column: RawRepresentable<Int>> {
    private let statement: SQLiteStatement

    subscript<Value: StatementColumnConvertible>(_ column: Column) -> Value {
        guard let value = Value.fromStatement(statement, atUncheckedIndex: CInt(column.rawValue)) else {
            preconditionFailure("the column \(column) holds no \(Value.self)")
        }
        return value
    }

    func text(_ column: Column) -> String { (self[column] as UserText).text }
    func text(optional column: Column) -> String? { (self[column] as UserText?)?.text }
    func time(_ column: Column) -> Timestamp { Timestamp(milliseconds: self[column]) }
    func time(optional column: Column) -> Timestamp? { (self[column] as Int64?).map(Timestamp.init(milliseconds:)) }
    func bytes(_ column: Column) -> [UInt8] { (self[column] as StoredBytes).bytes }
    func bytes(optional column: Column) -> [UInt8]? { (self[column] as StoredBytes?)?.bytes }
}

/// To GRDB it is the value of the first column.
extension PlacedRow: StatementColumnConvertible, DatabaseValueConvertible {
    init?(sqliteStatement: SQLiteStatement, index: CInt) { statement = sqliteStatement }

    static func fromDatabaseValue(_ value: DatabaseValue) -> PlacedRow? { nil }
    var databaseValue: DatabaseValue { .null }
}

extension Statement {
    /// The first row; nil where there is none.
    func first<Column, Result>(_ arguments: StatementArguments, _ read: (PlacedRow<Column>) throws -> Result) throws -> Result? {
        let rows = try PlacedRow<Column>.fetchCursor(self, arguments: arguments)
        return try withExtendedLifetime(rows) { try rows.next().map(read) }
    }

    /// All rows.
    func all<Column, Result>(_ arguments: StatementArguments, _ read: (PlacedRow<Column>) throws -> Result) throws -> [Result] {
        var results: [Result] = []
        try forEach(arguments) { results.append(try read($0)) }
        return results
    }

    func forEach<Column>(_ arguments: StatementArguments, _ body: (PlacedRow<Column>) throws -> Void) throws {
        let rows = try PlacedRow<Column>.fetchCursor(self, arguments: arguments)
        while let row = try rows.next() { try body(row) }
    }
}

/// The bytes of a BLOB, or of a text.
private struct StoredBytes: StatementColumnConvertible {
    let bytes: [UInt8]

    init?(sqliteStatement: SQLiteStatement, index: CInt) {
        let start = sqlite3_column_blob(sqliteStatement, index)
        bytes = Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(sqliteStatement, index))))
    }
}
