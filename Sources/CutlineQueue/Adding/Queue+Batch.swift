import CutlineCore
import GRDB

/// A batch as it stands in the queue.
package struct Batch: Hashable, Sendable {
    package let id: BatchID
    package let settings: BatchSettings
    package let policy: RetryPolicy
}

extension Queue {
    /// Finds the batch of this name, or makes it. The profile, the policy and the limits may change at each run; provider, model,
    /// texts, parameters and identity mode may not.
    ///
    /// - Parameter limits: the lane's from now on.
    /// - Throws: `QueueError.batchDiffers`, naming the first difference.
    package func openBatch(_ settings: BatchSettings, policy: RetryPolicy, limits: Limits, now: Timestamp) throws -> BatchID {
        try write { db in
            let lane = try Self.openLane(settings.profile.laneName, limits: limits, db, at: now)
            if let batch = try Batch.named(settings.name, db) {
                if let difference = batch.settings.difference(from: settings) { throw difference }
                try db.execute(
                    sql: "UPDATE batches SET profile = ?, policy = ? WHERE id = ?",
                    arguments: [try JSONColumn.encode(settings.profile), try JSONColumn.encode(policy), batch.id.number])
                return batch.id
            }
            return try Self.make(settings, policy: policy, lane: lane, db, at: now)
        }
    }

    private static func openLane(_ name: String, limits: Limits, _ db: Database, at now: Timestamp) throws -> Int64 {
        guard let id = try Int64.fetchOne(db, sql: "SELECT id FROM lanes WHERE name = ?", arguments: [name]) else {
            try db.execute(
                sql: "INSERT INTO lanes (name, rule) VALUES (?, ?)",
                arguments: [name, try JSONColumn.encode(Lane(limits: limits, at: now))])
            return db.lastInsertedRowID
        }
        let lanes = LaneStore(db)
        try lanes.change(id) { $0.adopt(limits, at: now) }
        try lanes.flush()
        return id
    }

    private static func make(
        _ settings: BatchSettings, policy: RetryPolicy, lane: Int64, _ db: Database, at now: Timestamp
    ) throws -> BatchID {
        try db.execute(
            sql: """
                INSERT INTO batches (name, lane, provider, profile, model, system, prompt, parameters, identity, policy, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                UserText(settings.name), lane, settings.profile.name, try JSONColumn.encode(settings.profile), UserText(settings.model),
                settings.system.map(UserText.init), UserText(settings.prompt), try JSONColumn.encode(settings.parameters),
                settings.identity.rawValue, try JSONColumn.encode(policy), now.milliseconds,
            ])
        return BatchID(db.lastInsertedRowID)
    }

    /// Changes limits and policies of the batches in scope; nil leaves what is there.
    package func adjust(_ scope: Scope, limits: Limits, maxAttempts: Int?, onUnknown: OnUnknown?, now: Timestamp) throws {
        try write { db in
            let lanes = LaneStore(db)
            for batch in try Batch.all(db) where scope.includes(batch.id) {
                var policy = batch.policy
                policy.maxAttempts = maxAttempts ?? policy.maxAttempts
                policy.onUnknown = onUnknown ?? policy.onUnknown
                try db.execute(
                    sql: "UPDATE batches SET policy = ? WHERE id = ?", arguments: [try JSONColumn.encode(policy), batch.id.number])
                let lane = try Int64.fetchOne(db, sql: "SELECT lane FROM batches WHERE id = ?", arguments: [batch.id.number])!
                try lanes.change(lane) { $0.adopt(limits.over($0.limits), at: now) }
            }
            try lanes.flush()
        }
    }

    /// Lifts the pauses of the lanes in scope: a person who starts a worker may have mended the cause.
    package func resumeLanes(_ scope: Scope) throws {
        try write { db in
            let ids =
                switch scope {
                case .batch(let id): try Int64.fetchAll(db, sql: "SELECT lane FROM batches WHERE id = ?", arguments: [id.number])
                case .all: try Int64.fetchAll(db, sql: "SELECT id FROM lanes")
                case .jobs:
                    try Row.fetchAll(db, sql: "SELECT id, lane FROM batches").filter { scope.includes(BatchID($0["id"])) }
                        .map { $0["lane"] as Int64 }
                }
            let lanes = LaneStore(db)
            for id in ids { try lanes.change(id) { $0.resume() } }
            try lanes.flush()
        }
    }
}

extension QueueReader {
    /// The error that opening a batch with these settings would bring; nil where there is none of this name.
    package func objection(to settings: BatchSettings) throws -> QueueError? {
        try read { try Batch.named(settings.name, $0) }?.settings.difference(from: settings)
    }
}

extension Batch {
    static func named(_ name: String, _ db: Database) throws -> Batch? {
        try Row.fetchOne(db, sql: "\(select) WHERE name = ?", arguments: [UserText(name)]).map { try Batch($0) }
    }

    static func all(_ db: Database) throws -> [Batch] {
        try Row.fetchAll(db, sql: "\(select) ORDER BY id").map { try Batch($0) }
    }

    private static let select = "SELECT id, name, profile, model, system, prompt, parameters, identity, policy FROM batches"

    private init(_ row: Row) throws {
        id = BatchID(row["id"])
        settings = BatchSettings(
            name: row.text("name"), profile: try JSONColumn.decode(from: row["profile"]), model: row.text("model"),
            system: row.text(optional: "system"), prompt: row.text("prompt"), parameters: try JSONColumn.decode(from: row["parameters"]),
            identity: IdentityMode(rawValue: row["identity"]) ?? .bytes)
        policy = try JSONColumn.decode(from: row["policy"])
    }
}

extension BatchSettings {
    /// The first thing in which `given` is another batch. Texts are compared as bytes: two spellings of one letter are two prompts.
    fileprivate func difference(from given: BatchSettings) -> QueueError? {
        let pairs: [(what: String, stored: String?, given: String?)] = [
            ("provider", profile.name, given.profile.name), ("model", model, given.model),
            ("system text", system, given.system), ("prompt", prompt, given.prompt),
            ("parameters", parameters.canonicalText, given.parameters.canonicalText),
            ("identity", identity.rawValue, given.identity.rawValue),
        ]
        guard let pair = pairs.first(where: { $0.stored.map { Array($0.utf8) } != $0.given.map { Array($0.utf8) } }) else { return nil }
        return .batchDiffers(batch: name, what: pair.what, stored: Self.quoted(pair.stored), given: Self.quoted(pair.given))
    }

    private static func quoted(_ text: String?) -> String {
        guard let text else { return "none" }
        return text.count > 80 ? "\"\(text.prefix(80))…\"" : "\"\(text)\""
    }
}
