import CutlineCore
import GRDB

/// Why jobs of a batch stopped, counted.
package struct Causes: Hashable, Sendable {
    package var counts: [FailureClass: Int] = [:]
    /// Jobs that were looked at and have no failed attempt, such as those held by hand.
    package var without = 0

    package init() {}
}

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
        SELECT (SELECT class FROM attempts WHERE job = jobs.id AND class IS NOT NULL ORDER BY n DESC LIMIT 1) AS class
        FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = chosen.value WHERE jobs.state = ?
        """

    static let causesPage = """
        SELECT id, (SELECT class FROM attempts WHERE job = jobs.id AND class IS NOT NULL ORDER BY n DESC LIMIT 1) AS class
        FROM jobs WHERE batch = ? AND state = ? AND state IN ('failed', 'held', 'cancelled') AND id > ? ORDER BY id LIMIT ?
        """
}

extension Causes {
    fileprivate mutating func count(_ row: Row) {
        if let kind = (row["class"] as String?).flatMap(FailureClass.init) {
            counts[kind, default: 0] += 1
        } else {
            without += 1
        }
    }
}
