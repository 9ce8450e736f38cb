import CutlineCore

extension Queue {
    /// Finds the batch of this name, or makes it. The profile, the policy and the limits may change at each run; provider, model,
    /// texts, parameters and identity mode may not.
    ///
    /// - Parameters:
    ///   - limits: the lane's from now on.
    ///   - budget: what changes in the batch's budget; what was spent before counts.
    ///   - checks: of its captions from now on.
    ///   - fallback: where jobs go that failed for good, in order; nil: as it was.
    ///   - isTrial: whether it is only to be compared. A trial that is opened otherwise is a batch like any other from then on.
    /// - Throws: `QueueError.batchDiffers`, naming the first difference.
    package func openBatch(
        _ settings: BatchSettings, policy: RetryPolicy, limits: Limits, budget: BudgetChange = BudgetChange(),
        checks: CheckRules = CheckRules(), fallback: [RouteDraft]? = nil, isTrial: Bool = false, now: Timestamp
    ) throws -> BatchID {
        let id = try write { db in
            let stored = try Batch.named(settings.name, db)
            if let difference = stored?.settings.difference(from: settings) { throw difference }
            let id = try stored?.id ?? Self.make(settings, policy: policy, limits: limits, isTrial: isTrial, db, at: now)
            if let stored {
                try Self.adopt(limits, by: stored.lane, db, at: now)
                try db.execute(
                    sql: "UPDATE batches SET profile = ?, policy = ?, trial = ? WHERE id = ?",
                    arguments: [
                        try JSONColumn.encode(settings.profile), try JSONColumn.encode(policy), stored.isTrial && isTrial, id.number,
                    ])
            }
            let routes = RouteStep(db: db, batch: id, settings: settings, now: now)
            if let fallback { try routes.replaceList(by: fallback) }
            if stored != nil { try routes.renewOwn() }
            try SetAsideStep(db: db, now: now).change(stored?.checks ?? CheckRules(), to: checks, of: id)
            return id
        }
        try changeBudget(of: id, settings, by: budget)
        try finishChores(now: now)
        return id
    }

    static func openLane(_ name: String, limits: Limits, _ db: any Session, at now: Timestamp) throws -> Int64 {
        guard let id = try Int64.fetchOne(db, sql: "SELECT id FROM lanes WHERE name = ?", arguments: [name]) else {
            return try db.insert(
                sql: "INSERT INTO lanes (name, rule) VALUES (?, ?)",
                arguments: [name, try JSONColumn.encode(Lane(limits: limits, at: now))])!
        }
        try adopt(limits, by: id, db, at: now)
        return id
    }

    static func adopt(_ limits: Limits, by lane: Int64, _ db: any Session, at now: Timestamp) throws {
        let lanes = LaneStore(db)
        try lanes.change(lane) { $0.adopt(limits, at: now) }
        try lanes.flush()
    }

    private static func make(
        _ settings: BatchSettings, policy: RetryPolicy, limits: Limits, isTrial: Bool, _ db: any Session, at now: Timestamp
    ) throws -> BatchID {
        let lane = try openLane(settings.profile.laneName(for: settings.model), limits: limits, db, at: now)
        let id = try db.insert(
            sql: """
                INSERT INTO batches (name, lane, provider, profile, model, system, prompt, parameters, identity, policy, trial, created_at, prepare)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                UserText(settings.name), lane, settings.profile.name, try JSONColumn.encode(settings.profile), UserText(settings.model),
                settings.system.map(UserText.init), UserText(settings.prompt), try JSONColumn.encode(settings.parameters),
                settings.identity.rawValue, try JSONColumn.encode(policy), isTrial, now.milliseconds,
                try settings.preparation.map(JSONColumn.encode),
            ])!
        return BatchID(id)
    }

    /// Changes limits and policies of the batches in scope; nil leaves what is there.
    ///
    /// - Parameters:
    ///   - budget: for batches that have jobs left, each for itself.
    ///   - price: of their models, likewise.
    ///   - checks: of their captions; what is nil stays as it is.
    package func adjust(
        _ scope: Scope, limits: Limits, maxAttempts: Int?, onUnknown: OnUnknown?, tier: TierChange = TierChange(),
        budget: BudgetChange = BudgetChange(),
        price: Price? = nil, checks: CheckRules = CheckRules(), now: Timestamp
    ) throws {
        for batch in try reader.read(Batch.all) where scope.includes(batch.id, isTrial: batch.isTrial) {
            try write { db in
                try Self.adjust(batch, maxAttempts: maxAttempts, onUnknown: onUnknown, tier, db, at: now)
                try SetAsideStep(db: db, now: now).change(batch.checks, to: checks.over(batch.checks), of: batch.id)
                let lanes = LaneStore(db)
                for lane in try Self.lanes(of: batch.id, db) { try lanes.change(lane) { $0.adopt(limits.over($0.limits), at: now) } }
                try lanes.flush()
            }
            try adjust(batch, budget: budget, price: price)
        }
        try finishChores(now: now)
    }

    private static func adjust(
        _ batch: Batch, maxAttempts: Int?, onUnknown: OnUnknown?, _ tier: TierChange, _ db: any Session, at now: Timestamp
    ) throws {
        var policy = batch.policy
        policy.maxAttempts = maxAttempts ?? policy.maxAttempts
        policy.onUnknown = onUnknown ?? policy.onUnknown
        policy.flex = tier.applied(to: policy.flex, at: now)
        guard policy != batch.policy else { return }
        try db.execute(sql: "UPDATE batches SET policy = ? WHERE id = ?", arguments: [try JSONColumn.encode(policy), batch.id.number])
    }

    private func adjust(_ batch: Batch, budget: BudgetChange, price: Price?) throws {
        let left = "SELECT EXISTS (SELECT 1 FROM counts WHERE batch = ? AND queued + running > 0)"
        guard budget != BudgetChange() || price != nil,
            try reader.read({ try Bool.fetchOne($0, sql: left, arguments: [batch.id.number])! })
        else { return }
        var settings = batch.settings
        if let price {
            settings.profile.prices = (settings.profile.prices ?? [:]).merging([settings.model: price]) { $1 }
            let profile = try JSONColumn.encode(settings.profile)
            try write { try $0.execute(sql: "UPDATE batches SET profile = ? WHERE id = ?", arguments: [profile, batch.id.number]) }
        }
        try changeBudget(of: batch.id, settings, by: budget)
    }

    /// Lifts the pauses of the lanes in scope: a person who starts a worker may have mended the cause.
    package func resumeLanes(_ scope: Scope) throws {
        try write { db in
            let ids =
                switch scope {
                case .batch(let id): try Self.lanes(of: id, db)
                case .all: try Int64.fetchAll(db, sql: "SELECT id FROM lanes")
                case .jobs(let jobs): try Set(jobs.keys.sorted().flatMap { try Self.lanes(of: $0, db) }).sorted()
                }
            let lanes = LaneStore(db)
            for id in ids {
                if try lanes.isPaused(id) { try Self.forgiveSilence(ofLane: id, db) }
                try lanes.change(id) { $0.resume() }
            }
            try lanes.flush()
        }
    }
}

extension Queue {
    /// The batch's own and those of its routes, each once.
    private static func lanes(of batch: BatchID, _ db: any Session) throws -> [Int64] {
        try Int64.fetchAll(
            db, sql: "SELECT lane FROM batches WHERE id = ? UNION SELECT lane FROM routes WHERE batch = ?",
            arguments: [batch.number, batch.number])
    }

    /// The person has seen what was not answered: the rule that stops paying for silence begins anew.
    private static func forgiveSilence(ofLane lane: Int64, _ db: any Session) throws {
        try db.execute(
            sql: """
                UPDATE counts SET forgiven_attempts = attempts, forgiven_unanswered = unanswered
                WHERE batch IN (SELECT id FROM batches WHERE lane = ? UNION SELECT batch FROM routes WHERE lane = ?)
                """, arguments: [lane, lane])
    }
}

extension QueueReader {
    /// The error that opening a batch with these settings would bring; nil where there is none of this name.
    package func objection(to settings: BatchSettings) throws -> QueueError? {
        try read { try Batch.named(settings.name, $0) }?.settings.difference(from: settings)
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
            ("preparing of pictures", preparation?.canonicalText, given.preparation?.canonicalText),
        ]
        guard let pair = pairs.first(where: { $0.stored.map { Array($0.utf8) } != $0.given.map { Array($0.utf8) } }) else { return nil }
        return .batchDiffers(batch: name, what: pair.what, stored: Self.quoted(pair.stored), given: Self.quoted(pair.given))
    }

    private static func quoted(_ text: String?) -> String {
        guard let text else { return "none" }
        return text.count > 80 ? "\"\(text.prefix(80))…\"" : "\"\(text)\""
    }
}

extension Batch {
    static func named(_ name: String, _ db: any Session) throws -> Batch? {
        try Row.fetchOne(db, sql: "SELECT * FROM batches WHERE name = ?", arguments: [UserText(name)]).map { try Batch($0) }
    }

    static func all(_ db: any Session) throws -> [Batch] {
        try Row.fetchAll(db, sql: "SELECT * FROM batches ORDER BY id").map { try Batch($0) }
    }

    private init(_ row: Row) throws {
        (id, lane) = (BatchID(row["id"]), row["lane"])
        settings = BatchSettings(
            name: row.text("name"), profile: try JSONColumn.decode(from: row["profile"]), model: row.text("model"),
            system: row.text(optional: "system"), prompt: row.text("prompt"), parameters: try JSONColumn.decode(from: row["parameters"]),
            identity: IdentityMode(rawValue: row["identity"]) ?? .bytes,
            preparation: try (row["prepare"] as String?).map { try JSONColumn.decode(from: $0) })
        policy = try JSONColumn.decode(from: row["policy"])
        terms = try (row["budget"] as String?).map { try JSONColumn.decode(from: $0) }
        checks = try JSONColumn.decode(from: row["checks"])
        isTrial = row["trial"]
    }
}
