import CutlineCore

extension QueueReader {
    /// Recounts everything that is kept twice and checks what the schema cannot say, all about one moment. It reads the whole queue: for
    /// `doctor` and for tests.
    package func violations() throws -> [Violation] {
        try read { db in
            var found: [Violation] = []
            for rule in Self.rules + Self.moneyRules + Self.flagRules + Self.reuseRules {
                let broken = try Int64.fetchAll(db, sql: "\(rule.violations) LIMIT 1000")
                guard let first = broken.first else { continue }
                found.append(
                    Violation(
                        rule: rule.name,
                        detail: "\(broken.count == 1_000 ? "1000 or more" : "\(broken.count)"), the first is \(rule.of) \(first)"))
            }
            found += try Self.miscounted(db, Self.recounts + Self.reuseRecounts)
            found += try Self.miscountedLanes(db) + Self.miscountedFlags(db) + Self.miscountedRoutes(db)
            return try found + Self.miscountedDoubts(db)
        }
    }

    private typealias Rule = (name: String, of: String, violations: String)

    private static let rules: [Rule] = [
        (
            "succeeded means one accepted caption", "job",
            """
            SELECT id FROM jobs WHERE (state = 'succeeded' OR reopened IS NOT NULL)
                <> ((SELECT count(*) FROM captions WHERE job = jobs.id AND accepted = 1) = 1)
            """
        ),
        (
            "a job counts its calls", "job",
            "SELECT id FROM jobs WHERE attempts <> (SELECT count(*) FROM attempts WHERE job = jobs.id AND \(isCall))"
        ),
        (
            "running means a lease on the job's own open attempt", "job",
            """
            SELECT jobs.id FROM jobs LEFT JOIN attempts ON attempts.id = jobs.lease
            WHERE (state = 'running') <> (attempts.job IS NOT DISTINCT FROM jobs.id AND attempts.phase IS NOT DISTINCT FROM 'open')
            """
        ),
        (
            "attempts are numbered from 1 without gaps", "job",
            "SELECT job FROM attempts GROUP BY job HAVING min(n) <> 1 OR max(n) <> count(*)"
        ),
        (
            "a later attempt has a higher id", "attempt",
            "SELECT id FROM (SELECT id, lag(id) OVER (PARTITION BY job ORDER BY n) AS before FROM attempts) AS numbered WHERE before > id"
        ),
        (
            "every caption belongs to a succeeded attempt of its job", "attempt",
            """
            SELECT captions.attempt FROM captions LEFT JOIN attempts ON attempts.id = captions.attempt
            WHERE attempts.phase IS DISTINCT FROM 'succeeded' OR attempts.job IS DISTINCT FROM captions.job
            """
        ),
        (
            "every succeeded attempt has a caption", "attempt",
            "SELECT id FROM attempts WHERE phase = 'succeeded' AND NOT EXISTS (SELECT 1 FROM captions WHERE attempt = attempts.id)"
        ),
        (
            "what is queued has a key whose picture is not missing", "job",
            "SELECT id FROM jobs WHERE state = 'queued' AND NOT \(JobRow.isNamed)"
        ),
        (
            "an entry and its input are of one batch", "entry",
            "SELECT entries.id FROM entries JOIN inputs ON inputs.id = entries.input WHERE entries.batch <> inputs.batch"
        ),
        (
            "what is missing was brought by an input, from a file", "entry",
            "SELECT id FROM entries WHERE missing_since IS NOT NULL AND (input IS NULL OR path IS NULL)"
        ),
        (
            "an entry and its job are of one batch", "entry",
            "SELECT entries.id FROM entries JOIN jobs ON jobs.id = entries.job WHERE entries.batch <> jobs.batch"
        ),
        (
            "unanswered calls are at least those that jobs still remember", "batch",
            "SELECT batch FROM counts WHERE unanswered < (SELECT coalesce(sum(unanswered), 0) FROM jobs WHERE jobs.batch = counts.batch)"
        ),
    ]

    /// Attempts that count as calls.
    private static let isCall = "phase IN ('succeeded', 'failed', 'unknown') AND reused_from IS NULL"

    private static let moneyRules: [Rule] = [
        (
            "no more silence is forgiven than there was", "batch",
            "SELECT batch FROM counts WHERE forgiven_attempts NOT BETWEEN 0 AND attempts OR forgiven_unanswered NOT BETWEEN 0 AND unanswered"
        ),
        (
            "a doubtful call says why", "attempt",
            """
            SELECT id FROM attempts LEFT JOIN captions ON captions.attempt = attempts.id WHERE doubt IS DISTINCT FROM CASE
                WHEN phase = 'unknown' THEN 'unknown'
                WHEN phase IN ('failed', 'released') AND billed <> 'no' THEN CASE WHEN billed = 'yes' THEN 'paid' ELSE 'failed' END
                WHEN captions.accepted = 0 AND captions.set_aside = 0 THEN 'duplicate' END
            """
        ),
        (
            "a call under a budget sets something aside", "attempt",
            """
            SELECT attempts.id FROM attempts JOIN batches ON batches.id = attempts.batch
            WHERE batches.budget IS NOT NULL AND attempts.phase = 'open' AND attempts.reserved_tokens IS NULL
            """
        ),
    ]

    /// Every other counter against its rows.
    static func miscounted(_ db: any Session, _ recounts: [(columns: [String], sql: String)]) throws -> [Violation] {
        try recounts.flatMap { columns, sql in
            let counted = Dictionary(uniqueKeysWithValues: try Row.fetchAll(db, sql: sql).map { ($0["batch"] as Int64, $0) })
            return try Row.fetchAll(db, sql: "SELECT batches.name, counts.* FROM counts JOIN batches ON batches.id = counts.batch").flatMap
            { kept in
                columns.compactMap { column -> Violation? in
                    let rows = counted[kept["batch"]]
                    let (mine, theirs) = (kept[column] as Int64?, rows.flatMap { $0[column] as Int64? })
                    // Of a batch without rows the counts are 0, and sums are null.
                    guard mine != theirs ?? (sums.contains(column) ? nil : 0) else { return nil }
                    let words = "kept \(mine.map(String.init) ?? "null"), counted \(theirs.map(String.init) ?? "none")"
                    return Violation(rule: "\(column) of batch \"\(kept.text("name"))\"", detail: words)
                }
            }
        }
    }

    private static let sums = ["input_tokens", "output_tokens", "cost"]

    private static let recounts: [(columns: [String], sql: String)] = [
        (
            ["queued", "running", "succeeded", "failed", "held", "cancelled"],
            """
            SELECT batch, count(*) FILTER (WHERE state = 'queued') AS queued, count(*) FILTER (WHERE state = 'running') AS running,
                count(*) FILTER (WHERE state = 'succeeded') AS succeeded, count(*) FILTER (WHERE state = 'failed') AS failed,
                count(*) FILTER (WHERE state = 'held') AS held, count(*) FILTER (WHERE state = 'cancelled') AS cancelled
            FROM jobs GROUP BY batch
            """
        ),
        (
            ["attempts", "attempts_failed", "attempts_unknown"] + sums,
            """
            SELECT batch, count(*) FILTER (WHERE \(isCall)) AS attempts, count(*) FILTER (WHERE phase = 'failed') AS attempts_failed,
                count(*) FILTER (WHERE phase = 'unknown') AS attempts_unknown, 
                CAST(sum(input_tokens) AS BIGINT) AS input_tokens, CAST(sum(output_tokens) AS BIGINT) AS output_tokens,
                CAST(sum(cost) AS BIGINT) AS cost
            FROM attempts GROUP BY batch
            """
        ),
        (
            ["duplicates"],
            """
            SELECT batch, count(*) AS duplicates FROM captions JOIN jobs ON jobs.id = captions.job
            WHERE accepted = 0 AND set_aside = 0 GROUP BY batch
            """
        ),
        // By the largest reading of each call.
        (
            ["in_flight", "committed_cost", "committed_tokens", "dearest_cost", "dearest_tokens", "priced"],
            """
            SELECT batch, count(*) FILTER (WHERE phase = 'open') AS in_flight,
                CAST(sum(CASE WHEN billed = 'no' THEN 0 WHEN known_cost > most_cost THEN known_cost ELSE most_cost END) AS BIGINT)
                    AS committed_cost,
                CAST(sum(CASE WHEN billed = 'no' THEN 0 WHEN known_tokens > most_tokens THEN known_tokens ELSE most_tokens END) AS BIGINT)
                    AS committed_tokens,
                max(CASE WHEN cost > most_cost THEN cost ELSE most_cost END) AS dearest_cost,
                max(CASE WHEN tokens > told_tokens THEN tokens ELSE told_tokens END) AS dearest_tokens,
                count(*) FILTER (WHERE phase = 'succeeded' AND cost IS NOT NULL) AS priced
            FROM (
                SELECT *, coalesce(cost, reserved_cost, 0) AS known_cost, coalesce(cost_at_most, 0) AS most_cost,
                    coalesce(tokens, reserved_tokens, 0) AS known_tokens,
                    CASE WHEN told_tokens > counted_tokens THEN told_tokens ELSE counted_tokens END AS most_tokens
                FROM (
                    SELECT batch, phase, billed, cost, reserved_cost, cost_at_most, reserved_tokens,
                        \(plausible("\(plausible("input_tokens")) + \(plausible("output_tokens"))")) AS tokens, \(plausible("coalesce(tokens_at_most, 0)")) AS told_tokens,
                        \(plausible("CASE WHEN input_tokens > coalesce(output_tokens, 0) THEN input_tokens ELSE coalesce(output_tokens, 0) END"))
                            AS counted_tokens
                    FROM attempts) AS readings) AS readings GROUP BY batch
            """
        ),
    ]

    /// A call of more than a million million tokens is a mistake of whoever said so. Null stays null.
    private static func plausible(_ tokens: String) -> String {
        "CASE WHEN \(tokens) > 1000000000000 THEN 1000000000000 ELSE \(tokens) END"
    }

    private static func miscountedDoubts(_ db: any Session) throws -> [Violation] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT batches.name, kind, kept, counted FROM (
                    SELECT batch, kind, max(CASE WHEN is_kept THEN numbers END) AS kept,
                        max(CASE WHEN NOT is_kept THEN numbers END) AS counted FROM (
                        SELECT batch, kind, calls || ' calls, ' || cost || ', ' || most || ', ' || unpriced AS numbers, true AS is_kept
                        FROM doubts WHERE calls > 0 OR cost > 0 OR most > 0 OR unpriced > 0
                        UNION ALL
                        SELECT batch, doubt, count(*) || ' calls, ' || coalesce(sum(cost), 0) || ', '
                            || coalesce(sum(CASE WHEN cost IS NULL THEN reserved_cost END), 0) || ', '
                            || count(*) FILTER (WHERE coalesce(cost, reserved_cost) IS NULL),
                            false
                        FROM attempts WHERE doubt IS NOT NULL GROUP BY batch, doubt) AS numbers
                    GROUP BY batch, kind) AS sums
                JOIN batches ON batches.id = batch WHERE kept IS DISTINCT FROM counted ORDER BY batch, kind
                """)
        return rows.map { row in
            Violation(
                rule: "doubtful calls (\(row["kind"] as String)) of batch \"\(row.text("name"))\"",
                detail: "kept \(row["kept"] as String? ?? "none"), counted \(row["counted"] as String? ?? "none")")
        }
    }

    private static func miscountedLanes(_ db: any Session) throws -> [Violation] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT name, rule, (SELECT count(*) FROM attempts JOIN batches ON batches.id = attempts.batch
                    WHERE attempts.phase = 'open'
                        AND coalesce((SELECT lane FROM routes WHERE id = attempts.route), batches.lane) = lanes.id) AS open FROM lanes ORDER BY name
                """)
        return try rows.compactMap { row in
            let (lane, open): (Lane, Int) = (try JSONColumn.decode(from: row["rule"]), row["open"])
            guard lane.inFlight != open else { return nil }
            return Violation(rule: "calls in flight of lane \(row["name"] as String)", detail: "kept \(lane.inFlight), counted \(open)")
        }
    }
}
