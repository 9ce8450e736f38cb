import CutlineCore

extension QueueReader {
    static let flagRules: [(name: String, of: String, violations: String)] = [
        (
            "a job that failed has no caption set aside", "job",
            "SELECT DISTINCT jobs.id FROM captions JOIN jobs ON jobs.id = captions.job WHERE set_aside = 1 AND jobs.state = 'failed'"
        ),
        ("no more was asked for longer answers than was asked again", "job", "SELECT id FROM jobs WHERE asked_longer > asked_again"),
    ]

    /// By the names that this build knows, not by those that the triggers have. Most captions have no flag, and the index knows which do.
    static func miscountedFlags(_ db: any Session) throws -> [Violation] {
        let all = [(name: "any", key: "*", part: "\"")]
        return try (all + CaptionFlag.allCases.map { ("\($0.rawValue)", $0.rawValue, "\"\($0.rawValue)\"") }).flatMap { name, key, part in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT name, kept, counted FROM (
                        SELECT batches.name, coalesce(flag_counts.count, 0) AS kept, (
                            SELECT count(*) FROM captions INDEXED BY captions_flagged CROSS JOIN jobs ON jobs.id = captions.job
                            WHERE jobs.batch = batches.id AND accepted = 1 AND flags <> '[]' AND instr(flags, ?) > 0) AS counted
                        FROM batches LEFT JOIN flag_counts ON flag_counts.batch = batches.id AND flag = ?) AS numbers
                    WHERE kept <> counted
                    """, arguments: [part, key])
            return rows.map { row in
                Violation(
                    rule: "captions with the flag \(name) of batch \"\(row.text("name"))\"",
                    detail: "kept \(row["kept"] as Int), counted \(row["counted"] as Int)")
            }
        }
    }
}
