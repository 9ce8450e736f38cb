import CutlineCore
import Foundation
import GRDB
import GRDBSQLite

/// A text of the user's, of any content. SQLite's C interface ends a text at NUL, so one that contains NUL is stored as a BLOB.
struct UserText: DatabaseValueConvertible {
    let text: String

    init(_ text: String) { self.text = text }

    var databaseValue: DatabaseValue {
        text.holdsNUL ? Data(text.utf8).databaseValue : text.databaseValue
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> UserText? {
        switch value.storage {
        case .string(let text): UserText(text)
        case .blob(let bytes): UserText(String(decoding: bytes, as: UTF8.self))
        case .null, .int64, .double: nil
        }
    }
}

extension UserText: StatementColumnConvertible {
    /// SQLite has the bytes of either form ready.
    init?(sqliteStatement: SQLiteStatement, index: CInt) {
        let start = sqlite3_column_blob(sqliteStatement, index)
        let count = Int(sqlite3_column_bytes(sqliteStatement, index))
        text = String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

extension String {
    fileprivate var holdsNUL: Bool { utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? utf8.contains(0) }
}

extension Row {
    func text(_ column: String) -> String { (self[column] as UserText).text }
    func text(optional column: String) -> String? { (self[column] as UserText?)?.text }
    func time(_ column: String) -> Timestamp { Timestamp(milliseconds: self[column]) }
    func time(optional column: String) -> Timestamp? { (self[column] as Int64?).map(Timestamp.init(milliseconds:)) }
}
