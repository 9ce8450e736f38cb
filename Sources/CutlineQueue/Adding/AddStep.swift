import CutlineCore
import SystemPackage

/// Adds drafts inside a transaction.
struct AddStep {
    let db: any Session
    let batch: BatchID
    let now: Timestamp

    struct Entry {
        let id: Int64
        let job: Int64
        let hasOwnKey: Bool
        let path: FilePath?
        let fingerprint: Fingerprint
        /// Whether its picture was gone when somebody last looked for it.
        let isMissing: Bool
    }

    func add(_ draft: JobDraft) throws -> Added {
        var added = Added()
        let (job, isNew) = try openJob(draft.fingerprint, images: draft.images, prompt: draft.prompt, draft.priority)
        if try insertEntry(draft, job: job) {
            if isNew { added.new = 1 } else { added.copies = 1 }
            return added
        }
        guard let entry = try entry(draft.key) else { throw StoreError(message: "an entry that is there cannot be found") }
        // It undoes the whole transaction, and so the job.
        if let objection = try objection(to: draft, replacing: entry) { throw objection }
        try update(entry.id, draft, job: job)
        if entry.isMissing { added.returned = 1 }
        guard job != entry.job else {
            if !entry.isMissing { added.known = 1 }
            return added
        }
        added.edited = 1
        if isNew { added.new = 1 }
        if try JobRow.cancelIfNameless(entry.job, db, at: now) { added.cancelled = 1 }
        return added
    }

    func entry(_ key: String) throws -> Entry? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT entries.id, entries.job, entries.own_key, entries.path, entries.missing_since, jobs.fingerprint
                FROM entries JOIN jobs ON jobs.id = entries.job WHERE entries.batch = ? AND entries.key = ?
                """)
        return try Row.fetchOne(statement, arguments: [batch.number, UserText(key)]).map { row in
            Entry(
                id: row["id"], job: row["job"], hasOwnKey: row["own_key"],
                path: (row["path"] as [UInt8]?).map { FilePath(bytes: $0) },
                fingerprint: Fingerprint(bytes: row["fingerprint"] as [UInt8]), isMissing: row["missing_since"] as Int64? != nil)
        }
    }

    /// The state of an entry's job; nil where the job has other names, too.
    func stateIfOnlyNamed(by entry: Entry) throws -> JobState? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT state FROM jobs
                WHERE id = ? AND NOT EXISTS (SELECT 1 FROM entries WHERE job = jobs.id AND id <> ? AND missing_since IS NULL)
                """)
        return try String.fetchOne(statement, arguments: [entry.job, entry.id]).flatMap(JobState.init)
    }

    /// The state of the job of this fingerprint; nil where there is none.
    func state(_ fingerprint: Fingerprint) throws -> JobState? {
        let statement = try db.cachedStatement(sql: "SELECT state FROM jobs WHERE batch = ? AND fingerprint = ?")
        return try String.fetchOne(statement, arguments: [batch.number, fingerprint.bytes]).flatMap(JobState.init)
    }

    /// Whether the job of this fingerprint, which is cancelled, would be queued again if it got a name.
    func wouldRequeue(_ fingerprint: Fingerprint) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT \(JobRow.isWithdrawn) FROM jobs WHERE batch = ? AND fingerprint = ?")
        return try Bool.fetchOne(statement, arguments: [batch.number, fingerprint.bytes]) ?? false
    }

    func job(of fingerprint: Fingerprint) throws -> Int64? {
        let statement = try db.cachedStatement(sql: "SELECT id FROM jobs WHERE batch = ? AND fingerprint = ?")
        return try Int64.fetchOne(statement, arguments: [batch.number, fingerprint.bytes])
    }

    /// A default key counts as edited only if it is still the same file; the user's own key may mean anything.
    func objection(to draft: JobDraft, replacing entry: Entry) throws -> QueueError? {
        guard draft.fingerprint != entry.fingerprint, !draft.hasOwnKey, !entry.hasOwnKey,
            let stored = entry.path, let given = draft.path, stored.bytes != given.bytes
        else { return nil }
        let name = try Row.fetchOne(db, sql: "SELECT name FROM batches WHERE id = ?", arguments: [batch.number])?.text("name") ?? ""
        return .keyTaken(key: draft.key, batch: name, stored: stored, given: given)
    }

    /// The job of this fingerprint, made where there is none. One that is still to be sent takes the pictures from where they lie now.
    ///
    /// - Parameter priority: of a job that is new or comes back; nil: normal, or what it was.
    func openJob(
        _ fingerprint: Fingerprint, images: [ImageSource], prompt: String?, _ priority: Priority?
    ) throws -> (id: Int64, isNew: Bool) {
        let fingerprint = fingerprint.bytes
        let images = try ImageColumn.store(images, db)
        // Most are new, by the million: one way through the index of fingerprints instead of two.
        let new = try db.insert(
            sql: """
                INSERT INTO jobs (batch, fingerprint, images, prompt, priority) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (batch, fingerprint) DO NOTHING
                """,
            arguments: [batch.number, fingerprint, images, prompt.map(UserText.init), (priority ?? .normal).rawValue])
        if let new { return (new, true) }
        let found = try db.cachedStatement(sql: "SELECT id, state, images FROM jobs WHERE batch = ? AND fingerprint = ?")
        guard let row = try Row.fetchOne(found, arguments: [batch.number, fingerprint]) else {
            throw StoreError(message: "a job that is there cannot be found")
        }
        let id: Int64 = row["id"]
        if row["state"] != JobState.succeeded.rawValue, row["images"] != images {
            try db.cachedStatement(sql: "UPDATE jobs SET images = ? WHERE id = ?").execute(arguments: [images, id])
        }
        if row["state"] == JobState.cancelled.rawValue { try JobRow.requeueIfNameless(id, db, taking: priority) }
        return (id, false)
    }

    /// False where the key is taken.
    private func insertEntry(_ draft: JobDraft, job: Int64) throws -> Bool {
        try db.cachedStatement(
            sql: """
                INSERT INTO entries (batch, key, job, own_key, given, path, extra, input, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (batch, key) DO NOTHING
                """
        ).execute(arguments: [
            batch.number, UserText(draft.key), job, draft.hasOwnKey, JSONColumn.list(draft.imagesAsGiven),
            draft.path.map { $0.bytes }, JSONColumn.object(draft.extra), draft.input?.number, now.milliseconds,
        ])
        return db.changesCount > 0
    }

    private func update(_ entry: Int64, _ draft: JobDraft, job: Int64) throws {
        try db.cachedStatement(
            sql: """
                UPDATE entries SET job = ?, own_key = ?, given = ?, path = ?, extra = ?, input = coalesce(?, input), missing_since = NULL
                WHERE id = ?
                """
        ).execute(arguments: [
            job, draft.hasOwnKey, JSONColumn.list(draft.imagesAsGiven), draft.path.map { $0.bytes },
            JSONColumn.object(draft.extra), draft.input?.number, entry,
        ])
    }
}

extension JobDraft {
    /// Where a default key belongs: the place of its only picture.
    var path: FilePath? {
        guard images.count == 1, case .file(let file) = images[0] else { return nil }
        return file.place
    }
}
