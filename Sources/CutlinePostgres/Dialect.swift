/// The queue's SQL in PostgreSQL's words. The texts keep to what both engines understand but for this table, where SQLite's word stands first.
enum Dialect {
    private static let words: [(sqlite: String, postgres: String)] = [
        // Rows of a JSON list, numbered from 0; every value is a text.
        (
            "json_each(?)",
            "(SELECT value, place - 1 AS key FROM json_array_elements_text(CAST(? AS json)) WITH ORDINALITY AS list (value, place))"
        ),
        ("instr(", "strpos("),
    ]

    /// Its question marks become `$1`, `$2` and so on; those in quotes stay.
    static func translate(_ sql: String) -> String {
        var text = sql
        for (sqlite, postgres) in words { text = text.replacing(sqlite, with: postgres) }
        return numbered(inOrder(text.replacing(/\sINDEXED BY \w+/, with: "")))
    }

    /// SQLite takes the tables of a CROSS JOIN in the order in which they stand. Here it has no condition, and a plan that is made while tables
    /// are small would begin with the second: a part of its own, which nothing is moved out of, is looked up for each row of the first.
    private static func inOrder(_ sql: String) -> String {
        var (result, rest) = ("", sql[...])
        while let join = rest.firstMatch(of: #/CROSS JOIN (\w+) ON /#) {
            let condition = rest[join.range.upperBound...].prefix(conditionLength(rest[join.range.upperBound...]))
            let table = join.output.1
            result += rest[..<join.range.lowerBound]
            result += "CROSS JOIN LATERAL (SELECT * FROM \(table) WHERE \(condition) OFFSET 0) AS \(table)"
            rest = rest[condition.endIndex...]
        }
        return result + rest
    }

    /// Characters of a join's condition, which stands at the beginning.
    private static func conditionLength(_ text: Substring) -> Int {
        var depth = 0
        for (length, place) in text.indices.enumerated() {
            if text[place] == "(" { depth += 1 }
            if text[place] == ")" { depth -= 1 }
            if depth < 0 { return length }
            if depth == 0, text[place].isWhitespace,
                text[place...].prefixMatch(of: /\s+(WHERE|LEFT JOIN|CROSS JOIN|GROUP BY|ORDER BY|LIMIT)\b/) != nil
            {
                return length
            }
        }
        return text.count
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
