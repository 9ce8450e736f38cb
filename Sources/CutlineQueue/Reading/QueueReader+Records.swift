import CutlineCore
import SystemPackage

extension QueueReader {
    /// The next records in the order of entries; nil at the end. A page that holds no matching entry is empty, not nil.
    package func records(_ selection: RecordSelection, after cursor: inout RecordCursor, pageSize: Int = 500) throws -> [CutlineCore
        .Record]?
    {
        let last = cursor.lastEntry
        let (records, end) = try read { db -> ([Record], Int64?) in
            let batches = selection.batches?.map(\.number)
            let statement = try db.cachedStatement(sql: Self.page(ofBatches: batches?.count))
            var end: Int64?
            let records = try statement.all(Arguments([last] + (batches ?? []) + [Int64(pageSize)])) {
                (row: PlacedRow<RecordColumn>) in
                end = row[.id]
                return try selection.admits(row) ? Record(row, db) : nil
            }
            return (records.compactMap(\.self).filter { selection.flags.admits($0.caption?.flags ?? []) }, end)
        }
        guard let end else { return nil }
        cursor.lastEntry = end
        return records
    }

    /// The record of one entry.
    package func record(entry: Int64) throws -> Record? {
        try read { db in
            let statement = try db.cachedStatement(sql: "\(Self.select) WHERE entries.id = ?")
            return try statement.first([entry]) { try Record($0, db) }
        }
    }

    /// Who was asked is who was asked for the accepted caption, else last. A job that has its caption has succeeded even while it is asked for
    /// another one.
    /// Its columns are `RecordColumn`'s.
    static let select = """
        SELECT entries.id, entries.key, entries.own_key, entries.given, entries.path, entries.extra, entries.created_at,
            entries.missing_since, jobs.id AS job,
            CASE WHEN jobs.reopened IS NULL THEN jobs.state ELSE 'succeeded' END AS state, jobs.prompt AS own_prompt, jobs.images, jobs.attempts,
            coalesce(jobs.finished_at, captions.received_at) AS finished_at, batches.name AS batch,
            coalesce(routes.provider, batches.provider) AS provider, coalesce(routes.model, batches.model) AS requested_model, batches.prompt,
            captions.text, captions.finish_reason, captions.model, captions.flags, attempts.request_id, attempts.latency,
            attempts.input_tokens, attempts.output_tokens, attempts.cached_tokens, attempts.cost, attempts.cost_source, attempts.reused_from,
            attempts.served_tier
        FROM entries JOIN jobs ON jobs.id = entries.job JOIN batches ON batches.id = entries.batch
            LEFT JOIN captions ON captions.job = jobs.id AND captions.accepted = 1
            LEFT JOIN attempts ON attempts.id = captions.attempt
            LEFT JOIN routes ON routes.id = coalesce(attempts.route, (SELECT route FROM attempts WHERE job = jobs.id ORDER BY n DESC LIMIT 1))
        """

    /// In the order of entries, whichever index the batches have: a `+` keeps it from being used.
    ///
    /// - Parameter count: of batches; nil: all of them.
    static func page(ofBatches count: Int?) -> String {
        let batches = count.map { $0 == 0 ? ["false"] : Array(repeating: "+entries.batch = ?", count: $0) } ?? ["true"]
        return "\(select) WHERE entries.id > ? AND (\(batches.joined(separator: " OR "))) ORDER BY entries.id LIMIT ?"
    }

    /// The name of the batch that a call was made for.
    static func batchName(ofAttempt attempt: Int64, _ db: any Session) throws -> String? {
        let statement = try db.cachedStatement(
            sql: "SELECT name FROM batches WHERE id = (SELECT batch FROM attempts WHERE id = ?)")
        return try UserText.fetchOne(statement, arguments: [attempt])?.text
    }
}

/// The columns of `QueueReader.select`, in their order.
enum RecordColumn: Int, CaseIterable {
    case id, key, ownKey, given, path, extra, createdAt, missingSince, job, state, ownPrompt, images, attempts, finishedAt, batch, provider
    case requestedModel, prompt, text, finishReason, model, flags, requestId, latency, inputTokens, outputTokens, cachedTokens, cost
    case costSource, reusedFrom, servedTier
}

extension Record {
    fileprivate init(_ row: PlacedRow<RecordColumn>, _ db: any Session) throws {
        let state = JobState(rawValue: row[.state]) ?? .queued
        let text: String? = row[.text]
        let latency: Int64? = row[.latency]
        self.init(
            id: row[.id], key: row.text(.key), batch: row.text(.batch), state: state, images: try JSONColumn.texts(row[.given]),
            prompt: row.text(optional: .ownPrompt) ?? row.text(.prompt), caption: try text.map { try Caption(text: $0, row) },
            provider: row[.provider], requestedModel: row.text(.requestedModel), attempts: row[.attempts],
            latency: latency.map { .milliseconds($0) }, problem: try Problem.last(ofJob: row[.job], state, db),
            createdAt: row.time(.createdAt), finishedAt: row.time(optional: .finishedAt),
            extra: try JSONColumn.members(row[.extra]), pictures: try ImageSource.sources(of: row, db),
            hasOwnKey: row[.ownKey],
            reusedFrom: try (row[.reusedFrom] as Int64?).flatMap { try QueueReader.batchName(ofAttempt: $0, db) },
            missingSince: row.time(optional: .missingSince))
    }
}

extension ImageSource {
    /// The pictures of an entry's job. A copy of a picture has the job of the first, but a place of its own; and what is in an archive may
    /// have been seen elsewhere in it since.
    fileprivate static func sources(of row: PlacedRow<RecordColumn>, _ db: any Session) throws -> [ImageSource] {
        let sources = try ImageColumn.load(row[.images], db)
        guard sources.count == 1, case .file(var file) = sources[0], let place = row.bytes(optional: .path).map({ FilePath(bytes: $0) }),
            file.slice != nil || place.bytes != file.place.bytes
        else { return sources }
        // It was looked at when it was added; of several looks the last one counts.
        if let look = try ImageColumn.looks(at: place, db).first(where: { $0.file.digest == file.digest }) { return [.file(look.file)] }
        // Two names of one member.
        if file.slice != nil, place.starts(with: file.path) { return sources }
        (file.path, file.slice) = (place, nil)
        return [.file(file)]
    }
}

extension Caption {
    fileprivate init(text: String, _ row: PlacedRow<RecordColumn>) throws {
        let cost: Int64? = row[.cost]
        self.init(
            text: text, finishReason: (row[.finishReason] as String?).flatMap(FinishReason.init), resolvedModel: row[.model],
            usage: Usage(
                inputTokens: row[.inputTokens], outputTokens: row[.outputTokens], cachedTokens: row[.cachedTokens],
                cost: cost.map(Money.init(nanodollars:)), costSource: (row[.costSource] as String?).flatMap(CostSource.init),
                servedTier: row[.servedTier]),
            requestID: row[.requestId], flags: try CaptionFlag.list(row[.flags]))
    }
}

extension Record.Problem {
    /// Why a stopped job stopped: its last attempt that failed.
    fileprivate static func last(ofJob job: Int64, _ state: JobState, _ db: any Session) throws -> Record.Problem? {
        guard state == .failed || state == .held else { return nil }
        let statement = try db.cachedStatement(
            sql: "SELECT class, http_status, message FROM attempts WHERE job = ? AND class IS NOT NULL ORDER BY n DESC LIMIT 1")
        return try Row.fetchOne(statement, arguments: [job]).flatMap { row in
            FailureClass(rawValue: row["class"]).map {
                Record.Problem(kind: $0, status: row["http_status"], message: row["message"] ?? "")
            }
        }
    }
}

extension RecordSelection {
    /// By what the row says of the job; its flags are seen once the record is made.
    fileprivate func admits(_ row: PlacedRow<RecordColumn>) -> Bool {
        if let state, row[.state] != state.rawValue { return false }
        guard let since else { return true }
        return row.time(optional: .finishedAt).map { $0 >= since } ?? false
    }
}
