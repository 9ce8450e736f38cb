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
        case .ready(let batch):
            rows = try Row.fetchAll(db.cachedStatement(sql: Self.readyPage), arguments: [batch.number, cursor.rank, cursor.id])
        case .readyElsewhere(let route):
            rows = try Row.fetchAll(db.cachedStatement(sql: Self.elsewherePage), arguments: [route.number, cursor.rank, cursor.id])
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

    // The partial index is used only where its own condition stands in the statement.
    static let stoppedPage = """
        SELECT id, 0 AS rank, id AS job FROM jobs
        WHERE batch = ? AND (state = 'failed' OR state = 'held' OR state = 'cancelled') AND state = ? AND id > ? ORDER BY id LIMIT \(pageSize)
        """

    static let readyPage = """
        SELECT id, priority AS rank, id AS job FROM jobs
        WHERE batch = ? AND state = 'queued' AND available_at IS NULL AND route = 0 AND (priority, id) > (?, ?)
        ORDER BY priority, id LIMIT \(pageSize)
        """

    static let elsewherePage = """
        SELECT id, priority AS rank, id AS job FROM jobs
        WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL AND (priority, id) > (?, ?) ORDER BY priority, id
        LIMIT \(pageSize)
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
