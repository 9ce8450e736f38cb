import CutlineCore

extension QueueReader {
    static func miscountedRoutes(_ db: any Session) throws -> [Violation] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT id, provider, kept, counted FROM (
                    SELECT routes.id, routes.provider, routes.queued AS kept,
                        (SELECT count(*) FROM jobs WHERE jobs.batch = routes.batch AND route = routes.id AND state = 'queued') AS counted
                    FROM routes) AS numbers
                WHERE kept <> counted ORDER BY id
                """)
        return rows.map { row in
            Violation(
                rule: "jobs that wait for route \(row["id"] as Int64), \(row["provider"] as String)",
                detail: "kept \(row["kept"] as Int), counted \(row["counted"] as Int)")
        }
    }
}
