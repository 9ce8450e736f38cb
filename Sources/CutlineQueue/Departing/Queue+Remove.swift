import CutlineCore

extension Queue {
    /// Takes entries out of the dataset for good, page by page. Captions, calls and what they cost stay in the books; adding a picture again
    /// finds its caption.
    package func remove(_ selection: EntrySelection, now: Timestamp) throws -> Removed {
        var removed = Removed()
        for source in selection.sources(try reader.batches().map(\.id)) {
            var cursor = EntrySelection.Cursor()
            while true {
                var next = (removed, cursor)
                let isOver = try write { db in
                    var step = RemoveStep(db: db, now: now)
                    let page = try source.page(after: &next.1, db)
                    for id in page { try step.remove(id, selection, &next.0) }
                    try step.finish(&next.0)
                    return page.isEmpty
                }
                (removed, cursor) = next
                if isOver { break }
                Self.giveWay()
            }
        }
        return removed
    }
}

extension QueueReader {
    /// What removing would take; nothing is written, and what would become of jobs is not told.
    package func removal(_ selection: EntrySelection) throws -> Removed {
        var removed = Removed()
        for source in selection.sources(try batches().map(\.id)) {
            var cursor = EntrySelection.Cursor()
            while true {
                let isOver = try read { db in
                    let page = try source.page(after: &cursor, db)
                    for id in page { try RemoveStep.count(id, selection, &removed, db) }
                    return page.isEmpty
                }
                if isOver { break }
            }
        }
        return removed
    }

    /// The entries that a user means by `name`: by key, in any batch or in one, else by number.
    package func entryIDs(named name: String, batch: BatchID? = nil) throws -> Set<EntryID> {
        Set(try read { try Self.entries(named: name, batch: batch, $0) }.map { EntryID($0) })
    }
}

/// Removes entries inside a transaction.
struct RemoveStep {
    let db: any Session
    let now: Timestamp
    /// Jobs that lost a name.
    private var jobs: Set<Int64> = []

    init(db: any Session, now: Timestamp) { (self.db, self.now) = (db, now) }

    mutating func remove(_ id: Int64, _ selection: EntrySelection, _ result: inout Removed) throws {
        guard let job = try Self.count(id, selection, &result, db) else { return }
        try db.cachedStatement(sql: "DELETE FROM entries WHERE id = ?").execute(arguments: [id])
        jobs.insert(job)
    }

    /// Once all entries of a page are gone.
    func finish(_ result: inout Removed) throws {
        for job in jobs.sorted() {
            let statement = try db.cachedStatement(sql: "SELECT state, reopened, \(JobRow.isNamed) AS is_named FROM jobs WHERE id = ?")
            guard let row = try Row.fetchOne(statement, arguments: [job]) else { continue }
            if row["state"] == JobState.running.rawValue, row["is_named"] == false { result.running += 1 }
            let isCancelled = try JobRow.cancelIfNameless(job, db, at: now)
            if isCancelled, row["reopened"] as Int64? == nil { result.cancelled += 1 }
            if !isCancelled { try JobRow.pointToRemainingEntry(job, db) }
        }
    }

    /// Counts an entry that is meant, as it stands before it is removed.
    ///
    /// - Returns: its job; nil where it is not meant.
    @discardableResult
    static func count(_ id: Int64, _ selection: EntrySelection, _ result: inout Removed, _ db: any Session) throws -> Int64? {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: EntrySelection.facts), arguments: [id]), selection.admits(row) else {
            return nil
        }
        result.entries += 1
        if row["state"] == JobState.succeeded.rawValue || row["reopened"] as Int64? != nil { result.captioned += 1 }
        return row["job"]
    }
}
