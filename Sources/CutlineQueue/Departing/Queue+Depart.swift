import CutlineCore

extension Queue {
    /// Looks for what became of entries that a run did not meet, page by page: files are looked at between transactions, and each writes the
    /// rows of one page at most.
    package func depart(_ search: DepartureSearch, now: Timestamp) throws -> Departures {
        var (result, cursor) = (Departures(), KeyCursor())
        while let page = try reader.read({ try search.page(after: &cursor, $0) }) {
            let looks = page.map { Look(entry: $0, presence: search.look($0.path)) }
            let writes = try reader.read { db in
                let step = DepartStep(db: db, mark: search.mark, now: now)
                return try looks.contains { try step.writes($0.entry, $0.presence) }
            }
            result =
                try writes
                ? write { try Self.depart(looks, search, result, $0, at: now) }
                : reader.read {
                    try Self.depart(looks, search, result, $0, at: now)
                }
            if writes { Self.giveWay() }
        }
        return result
    }

    private struct Look {
        let entry: UnmetEntry
        let presence: FilePresence
    }

    private static func depart(
        _ looks: [Look], _ search: DepartureSearch, _ before: Departures, _ db: any Session, at now: Timestamp
    ) throws -> Departures {
        var result = before
        var step = DepartStep(db: db, mark: search.mark, now: now)
        for look in looks { try step.depart(look.entry, look.presence, &result) }
        try step.finish(&result)
        return result
    }
}

extension QueueReader {
    /// Whether a batch holds nothing but what a run met, so that nothing can have left it.
    package func hasOnly(_ count: Int, in batch: BatchID) throws -> Bool {
        try read { try Int.fetchOne($0.cachedStatement(sql: Self.entriesOfBatch), arguments: [batch.number]) == count }
    }

    static let entriesOfBatch = "SELECT count(*) FROM entries WHERE batch = ?"

    /// How many entries of each batch are missing; batches without any are left out.
    package func missingEntries() throws -> [BatchID: Int] {
        try read { db in
            let batches = try Int64.fetchAll(db, sql: "SELECT id FROM batches")
            return try batches.reduce(into: [:]) { counts, batch in
                let count = try Int.fetchOne(db.cachedStatement(sql: Self.missingOfBatch), arguments: [batch]) ?? 0
                if count > 0 { counts[BatchID(batch)] = count }
            }
        }
    }

    static let missingOfBatch = "SELECT count(*) FROM entries INDEXED BY entries_missing WHERE batch = ? AND missing_since IS NOT NULL"
}
