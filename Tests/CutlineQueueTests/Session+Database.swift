import CutlineQueue
import GRDB

@testable import CutlineSQLite

extension Session {
    /// GRDB's connection, for what only tests ask of it.
    var database: Database { (self as! SQLiteSession).database }
}
