extension QueueReader {
    static let reuseRules: [(name: String, of: String, violations: String)] = [
        (
            "a caption that was taken over is what its call brought", "attempt",
            """
            SELECT attempts.id FROM attempts LEFT JOIN captions ON captions.attempt = attempts.id
                LEFT JOIN captions AS origin ON origin.attempt = attempts.reused_from
            WHERE attempts.reused_from IS NOT NULL AND (origin.text IS NULL OR origin.text IS DISTINCT FROM captions.text)
            """
        ),
        (
            "usage and cost stand with a call that was made", "attempt",
            "SELECT id FROM attempts WHERE reused_from IN (SELECT id FROM attempts WHERE reused_from IS NOT NULL)"
        ),
    ]

    static let reuseRecounts: [(columns: [String], sql: String)] = [
        (
            ["reused", "set_aside_cost_calls", "set_aside_token_calls"],
            """
            SELECT batch, count(*) FILTER (WHERE reused_from IS NOT NULL) AS reused,
                count(*) FILTER (WHERE billed <> 'no' AND reserved_cost IS NOT NULL AND cost IS NULL) AS set_aside_cost_calls,
                count(*) FILTER (WHERE billed <> 'no' AND reserved_tokens IS NOT NULL AND (input_tokens IS NULL OR output_tokens IS NULL))
                    AS set_aside_token_calls
            FROM attempts GROUP BY batch
            """
        )
    ]
}
