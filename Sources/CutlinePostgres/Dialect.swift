/// The queue's SQL in PostgreSQL's words. The texts keep to what both engines understand but for this table, where SQLite's word stands first.
enum Dialect {
    private static let words: [(sqlite: String, postgres: String)] = [
        // Rows of a JSON list, numbered from 0; every value is a text.
        (
            "json_each(?)",
            "(SELECT value, place - 1 AS key FROM json_array_elements_text(CAST(? AS json)) WITH ORDINALITY AS list (value, place))"
        ),
        // SQLite takes the tables of a CROSS JOIN in the order in which they stand; here its join has no condition.
        ("CROSS JOIN ", "JOIN "),
        ("instr(", "strpos("),
    ]

    /// Its question marks become `$1`, `$2` and so on; those in quotes stay.
    static func translate(_ sql: String) -> String {
        var text = sql
        for (sqlite, postgres) in words { text = text.replacing(sqlite, with: postgres) }
        return numbered(text.replacing(/\sINDEXED BY \w+/, with: ""))
    }

    private static func numbered(_ sql: String) -> String {
        var (result, count, isQuoted) = ("", 0, false)
        for character in sql {
            if character == "'" { isQuoted.toggle() }
            if character == "?", !isQuoted {
                count += 1
                result += "$\(count)"
            } else {
                result.append(character)
            }
        }
        return result
    }
}
