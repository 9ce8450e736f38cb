import CutlineCore

extension QueueReader {
    /// Counts failed or held jobs by the class of their last attempt that failed, in short reads.
    ///
    /// - Parameter limit: How many jobs are looked at, at most.
    package func causes(of batch: BatchID, _ state: JobState, limit: Int = 20_000, pageSize: Int = 500) throws -> Causes {
        var causes = Causes()
        var last: Int64 = 0
        var left = limit
        while left > 0 {
            let rows = try read { db in
                try Row.fetchAll(
                    db.cachedStatement(sql: Self.causesPage), arguments: [batch.number, state.rawValue, last, min(left, pageSize)])
            }
            for row in rows { causes.count(row) }
            guard let end = rows.last, rows.count == min(left, pageSize) else { break }
            last = end["id"]
            left -= rows.count
        }
        return causes
    }

    /// The same within a scope; of a sample every job is looked at.
    package func causes(of batch: BatchID, _ state: JobState, in scope: Scope) throws -> Causes {
        guard let list = scope.list(of: batch) else { return try causes(of: batch, state) }
        return try read { db in
            var causes = Causes()
            for row in try Row.fetchAll(db.cachedStatement(sql: Self.causesAmong), arguments: [list, state.rawValue]) { causes.count(row) }
            return causes
        }
    }

    static let causesAmong = """
        SELECT attempts.class, attempts.finish_reason, attempts.message
        FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = CAST(chosen.value AS BIGINT) LEFT JOIN attempts ON attempts.id = \(lastFailure)
        WHERE jobs.state = ?
        """

    static let causesPage = """
        SELECT jobs.id, attempts.class, attempts.finish_reason, attempts.message
        FROM jobs LEFT JOIN attempts ON attempts.id = \(lastFailure)
        WHERE jobs.batch = ? AND state = ? AND (state = 'failed' OR state = 'held' OR state = 'cancelled') AND jobs.id > ? ORDER BY jobs.id LIMIT ?
        """

    private static let lastFailure = "(SELECT id FROM attempts WHERE job = jobs.id AND class IS NOT NULL ORDER BY n DESC LIMIT 1)"
}

extension Causes {
    fileprivate mutating func count(_ row: Row) {
        if let kind = (row["class"] as String?).flatMap(FailureClass.init) {
            counts[kind, default: 0] += 1
            if row["finish_reason"] as String? == FinishReason.length.rawValue { cut[kind, default: 0] += 1 }
            sentences[kind] = sentences[kind] ?? row["message"] as String?
        } else {
            without += 1
        }
    }
}
