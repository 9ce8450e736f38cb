import CutlineCore

/// A way to the jobs that a verb may be about, along an index, a page at a time.
enum JobSource: Hashable {
    /// Failed, held or cancelled jobs of a batch.
    case stopped(BatchID, JobState)
    /// Queued jobs of a batch that may be claimed now, of its own provider and of others.
    case ready(BatchID), readyElsewhere(RouteID)
    /// Queued jobs that wait for their time, of every batch: there is no index by batch.
    case delayed
    /// Jobs with an open call, of every batch.
    case running
    /// Jobs whose accepted caption carries a flag, of every batch.
    case flagged
    case listed([Int64])

    /// Where the last page ended, in the order of the index.
    struct Cursor {
        var rank = Int64.min
        /// How often the jobs of this rank were put back, where the index goes by that, too.
        var postponed = Int64.min
        var id = Int64.min
    }

    static let pageSize = 500

    /// The sources of all jobs in `states`; of every batch in `batches`, whose routes are `routes`.
    static func all(_ states: [JobState], in batches: [BatchID], routes: [RouteID]) -> [JobSource] {
        states.flatMap { state -> [JobSource] in
            switch state {
            case .failed, .held, .cancelled: batches.map { .stopped($0, state) }
            case .queued: batches.map { .ready($0) } + routes.map { .readyElsewhere($0) } + [.delayed]
            case .running: [.running]
            // Only where a person says what is wrong with their captions.
            case .succeeded: [.flagged]
            }
        }
    }

    /// The next page, which may hold jobs of other states or batches; empty at the end.
    func page(after cursor: inout Cursor, _ db: any Session) throws -> [Int64] {
        let rows: [Row]
        switch self {
        case .stopped(let batch, let state):
            rows = try Row.fetchAll(db.cachedStatement(sql: Self.stoppedPage), arguments: [batch.number, state.rawValue, cursor.id])
        case .ready(let batch): return try Self.page(Self.readyPage, Self.readyRank, of: batch.number, after: &cursor, db)
        case .readyElsewhere(let route):
            return try Self.page(Self.elsewherePage, Self.elsewhereRank, of: route.number, after: &cursor, db)
        case .flagged: rows = try Row.fetchAll(db.cachedStatement(sql: Self.flaggedPage), arguments: [cursor.id])
        case .delayed: rows = try Row.fetchAll(db.cachedStatement(sql: Self.delayedPage), arguments: [cursor.rank, cursor.id])
        case .running: rows = try Row.fetchAll(db.cachedStatement(sql: Self.runningPage), arguments: [cursor.rank, cursor.id])
        case .listed(let ids):
            let page = ids.filter { $0 > cursor.id }.prefix(Self.pageSize)
            cursor.id = page.last ?? cursor.id
            return Array(page)
        }
        if let last = rows.last { cursor = Cursor(rank: last["rank"], id: last["id"]) }
        return rows.map { $0["job"] }
    }

    /// Jobs of one rank, and once those are over, of the next: SQLite finds a place inside an index by the number only where all before it is
    /// given. Else each page would read all that come before it.
    private static func page(
        _ page: String, _ nextRank: String, of owner: Int64, after cursor: inout Cursor, _ db: any Session
    ) throws -> [Int64] {
        while true {
            let statement = try db.cachedStatement(sql: page)
            let jobs = try Int64.fetchAll(statement, arguments: [owner, cursor.rank, cursor.postponed, cursor.id])
            if let last = jobs.last {
                cursor.id = last
                return jobs
            }
            let next = try Row.fetchOne(db.cachedStatement(sql: nextRank), arguments: [owner, cursor.rank, cursor.postponed])
            guard let next else { return [] }
            cursor = Cursor(rank: next["priority"], postponed: next["postponed"])
        }
    }

    // The partial index is used only where its own condition stands in the statement.
    static let stoppedPage = """
        SELECT id, 0 AS rank, id AS job FROM jobs
        WHERE batch = ? AND (state = 'failed' OR state = 'held' OR state = 'cancelled') AND state = ? AND id > ? ORDER BY id LIMIT \(pageSize)
        """

    static let readyPage = """
        SELECT id FROM jobs
        WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0 AND priority = ? AND postponed = ? AND id > ?
        ORDER BY id LIMIT \(pageSize)
        """

    static let readyRank = """
        SELECT priority, postponed FROM jobs
        WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0 AND (priority, postponed) > (?, ?)
        ORDER BY priority, postponed LIMIT 1
        """

    static let elsewherePage = """
        SELECT id FROM jobs
        WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL AND priority = ? AND postponed = ? AND id > ?
        ORDER BY id LIMIT \(pageSize)
        """

    static let elsewhereRank = """
        SELECT priority, postponed FROM jobs
        WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL AND (priority, postponed) > (?, ?)
        ORDER BY priority, postponed LIMIT 1
        """

    /// Of every batch.
    static let flaggedPage = """
        SELECT job AS id, 0 AS rank, job FROM captions
        WHERE accepted = 1 AND flags <> '[]' AND job > ? ORDER BY job LIMIT \(pageSize)
        """

    static let delayedPage = """
        SELECT id, available_at AS rank, id AS job FROM jobs
        WHERE state = 'queued' AND available_at IS NOT NULL AND (available_at, id) > (?, ?) ORDER BY available_at, id LIMIT \(pageSize)
        """

    static let runningPage = """
        SELECT id, lease_until AS rank, job FROM attempts
        WHERE phase = 'open' AND (lease_until, id) > (?, ?) ORDER BY lease_until, id LIMIT \(pageSize)
        """
}
