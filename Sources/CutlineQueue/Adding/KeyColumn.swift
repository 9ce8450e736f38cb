import CutlineCore

/// Lists of keys for `json_each`, so that one statement looks a page of them up.
enum KeyColumn {
    /// A key that holds NUL, which JSON's texts in SQLite do not, is null in it and so not found.
    static func list(_ keys: [String]) -> String {
        JSONColumn.list(keys.map { $0.utf8.contains(0) ? JSONValue.null : .string($0) })
    }
}
