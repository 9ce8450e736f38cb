import CutlineCore
import Foundation
import GRDB

/// A text of the user's, of any content. SQLite's C interface ends a text at NUL, so one that contains NUL is stored as a BLOB.
struct UserText: DatabaseValueConvertible {
    let text: String

    init(_ text: String) { self.text = text }

    var databaseValue: DatabaseValue {
        text.utf8.contains(0) ? Data(text.utf8).databaseValue : text.databaseValue
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> UserText? {
        switch value.storage {
        case .string(let text): UserText(text)
        case .blob(let bytes): UserText(String(decoding: bytes, as: UTF8.self))
        case .null, .int64, .double: nil
        }
    }
}

extension Row {
    func text(_ column: String) -> String { (self[column] as UserText).text }
    func text(optional column: String) -> String? { (self[column] as UserText?)?.text }
    func time(_ column: String) -> Timestamp { Timestamp(milliseconds: self[column]) }
    func time(optional column: String) -> Timestamp? { (self[column] as Int64?).map(Timestamp.init(milliseconds:)) }
}
