import CutlineCore

/// What a change of a batch has still to do, a page a transaction: the queue belongs to nobody for long, however much there is.
///
/// A chore is written down with the change that brings it about. Who made the change does it at once; what a killed process left is done
/// by the next one that opens the queue to write. If two processes do it at once, each does some of the pages.
struct ChoreStep {
    let db: any Session
    let now: Timestamp

    static let pageSize = 500

    private struct Cursor {
        var rank: Int64
        var last: Int64
    }

    /// Captions that were set aside are to be taken.
    static func take(of batch: BatchID, _ db: any Session) throws {
        try drop(of: batch, db)
        try db.execute(sql: "INSERT INTO chores (batch, kind) VALUES (?, 'take')", arguments: [batch.number])
    }

    /// They are wanted again, as they were.
    static func drop(of batch: BatchID, _ db: any Session) throws {
        try db.execute(sql: "DELETE FROM chores WHERE batch = ? AND kind = 'take'", arguments: [batch.number])
    }

    /// Jobs that wait for a route are to move on from its place in the list.
    static func leave(_ route: Int64, at position: Int, of batch: BatchID, _ db: any Session) throws {
        try db.execute(
            sql: "INSERT INTO chores (batch, kind, route, position) VALUES (?, 'leave', ?, ?)",
            arguments: [batch.number, route, position])
    }

    /// Does the next page. False: nothing is left to do.
    func page() throws -> Bool {
        guard let chore = try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM chores ORDER BY id LIMIT 1")) else { return false }
        let id: Int64 = chore["id"]
        var cursor = Cursor(rank: chore["rank"], last: chore["last"])
        let isOver =
            if let route = chore["route"] as Int64?, let position = chore["position"] as Int? {
                try leave(route, at: position, of: BatchID(chore["batch"]), from: &cursor)
            } else {
                try take(of: BatchID(chore["batch"]), from: &cursor)
            }
        if isOver {
            try db.cachedStatement(sql: "DELETE FROM chores WHERE id = ?").execute(arguments: [id])
        } else {
            try db.cachedStatement(sql: "UPDATE chores SET rank = ?, last = ? WHERE id = ?")
                .execute(arguments: [cursor.rank, cursor.last, id])
        }
        return true
    }
}

// MARK: - What there is to do

extension ChoreStep {
    private func take(of batch: BatchID, from cursor: inout Cursor) throws -> Bool {
        let page = try Int64.fetchAll(db.cachedStatement(sql: Self.setAside), arguments: [cursor.last])
        for job in page where try awaitsNothingElse(job, of: batch) { _ = try SetAsideStep(db: db, now: now).acceptBest(of: job) }
        cursor.last = page.last ?? cursor.last
        return page.count < Self.pageSize
    }

    /// A running one is settled when its call ends, a cancelled one is nobody's.
    private func awaitsNothingElse(_ job: Int64, of batch: BatchID) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT batch = ? AND reopened IS NULL AND (state = 'queued' OR state = 'held' OR state = 'failed') FROM jobs WHERE id = ?
                """)
        return try Bool.fetchOne(statement, arguments: [batch.number, job]) ?? false
    }

    private func leave(_ route: Int64, at position: Int, of batch: BatchID, from cursor: inout Cursor) throws -> Bool {
        let ready = try Int64.fetchAll(db.cachedStatement(sql: Self.ready), arguments: [route])
        for job in ready { try moveOn(job, from: position, of: batch) }
        if ready.count == Self.pageSize { return false }
        // Kept by a trigger: most often nothing of it is delayed.
        let left = try db.cachedStatement(sql: "SELECT queued > 0 FROM routes WHERE id = ?")
        guard try Bool.fetchOne(left, arguments: [route]) == true else { return true }
        let delayed = try Row.fetchAll(db.cachedStatement(sql: Self.delayed), arguments: [cursor.rank, cursor.last])
        for row in delayed where row["route"] == route { try moveOn(row["id"], from: position, of: batch) }
        if let end = delayed.last { cursor = Cursor(rank: end["available_at"], last: end["id"]) }
        return delayed.count < Self.pageSize
    }

    private func moveOn(_ job: Int64, from position: Int, of batch: BatchID) throws {
        let next = try Int64.fetchOne(db.cachedStatement(sql: Self.next), arguments: [batch.number, position])
        if let next {
            try db.cachedStatement(sql: "UPDATE jobs SET route = ? WHERE id = ?").execute(arguments: [next, job])
        } else if try !SetAsideStep(db: db, now: now).acceptBest(of: job) {
            try db.cachedStatement(sql: "UPDATE jobs SET state = 'failed', available_at = NULL, finished_at = ? WHERE id = ?")
                .execute(arguments: [now.milliseconds, job])
        }
    }

    // The partial indexes are used only where their conditions stand in the statement.
    static let setAside = "SELECT DISTINCT job FROM captions WHERE set_aside = 1 AND job > ? ORDER BY job LIMIT \(pageSize)"

    static let ready = """
        SELECT id FROM jobs WHERE route = ? AND route <> 0 AND state = 'queued' AND available_at IS NULL LIMIT \(pageSize)
        """

    static let delayed = """
        SELECT id, available_at, route FROM jobs
        WHERE state = 'queued' AND available_at IS NOT NULL AND (available_at, id) > (?, ?) ORDER BY available_at, id LIMIT \(pageSize)
        """

    private static let next = "SELECT id FROM routes WHERE batch = ? AND position >= ? ORDER BY position LIMIT 1"
}

extension Queue {
    /// Does what changes have left to do, whoever made them.
    func finishChores(now: Timestamp) throws {
        guard try reader.read({ try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM chores)")! }) else { return }
        try writePages { try ChoreStep(db: $0, now: now).page() }
    }
}
