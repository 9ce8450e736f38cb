import CutlineCore

extension QueueReader {
    /// Of every batch, in the order in which they were made; those of fallback lists by their place.
    package func routes() throws -> [Route] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM routes ORDER BY batch, position IS NULL, position, id").map { try Route($0) }
        }
    }
}

extension Route {
    fileprivate init(_ row: Row) throws {
        id = RouteID(row["id"])
        batch = BatchID(row["batch"])
        position = row["position"]
        profile = try JSONColumn.decode(from: row["profile"])
        model = row.text("model")
        queued = row["queued"]
    }
}
