import CutlineCore

/// Changes the routes of a batch inside a transaction.
struct RouteStep {
    let db: any Session
    let batch: BatchID
    /// As they stand from now on.
    let settings: BatchSettings
    let now: Timestamp

    /// The route to where a person sends jobs, made where there is none.
    func open(_ draft: RouteDraft) throws -> RouteID {
        let asked = draft.applied(to: settings)
        guard asked.profile.name != settings.profile.name || asked.model != settings.model else { return .own }
        let id = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM routes WHERE batch = ? AND position IS NULL AND provider = ? AND model = ?"),
            arguments: [batch.number, asked.profile.name, UserText(asked.model)])
        return try write(asked, to: id, position: nil)
    }

    /// Replaces the batch's fallback list. What is on it already stays the same route; jobs that wait for one that left go to the one in its
    /// place or behind it, and fail where there is none: that is a chore.
    func replaceList(by drafts: [RouteDraft]) throws {
        var left = try Row.fetchAll(
            db, sql: "SELECT * FROM routes WHERE batch = ? AND position IS NOT NULL ORDER BY position", arguments: [batch.number])
        guard !left.isEmpty || !drafts.isEmpty else { return }
        try db.execute(sql: "UPDATE routes SET position = NULL WHERE batch = ?", arguments: [batch.number])
        for (index, draft) in drafts.enumerated() {
            var asked = draft.applied(to: settings)
            let known = left.firstIndex { $0["provider"] == asked.profile.name && $0.text("model") == asked.model }.map {
                left.remove(at: $0)
            }
            if let known { try asked.profile.keepListedPrices(of: JSONColumn.decode(from: known["profile"])) }
            _ = try write(asked, to: known?["id"], position: index + 1)
        }
        for gone in left { try ChoreStep.leave(gone["id"], at: gone["position"], of: batch, db) }
    }

    /// The address and the like of the batch's own provider may have changed; other models of it are asked there too.
    func renewOwn() throws {
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM routes WHERE batch = ? AND provider = ?", arguments: [batch.number, settings.profile.name])
        for row in rows {
            let stored: Profile = try JSONColumn.decode(from: row["profile"])
            let draft = RouteDraft(profile: settings.profile, model: row.text("model"), price: stored.price(of: row.text("model")))
            _ = try write(draft.applied(to: settings), to: row["id"], position: row["position"])
        }
    }

    private func write(_ asked: BatchSettings, to id: Int64?, position: Int?) throws -> RouteID {
        let (profile, terms) = (try JSONColumn.encode(asked.profile), try JSONColumn.encode(BudgetTerms(Budget(), of: asked)))
        if let id {
            try db.execute(
                sql: "UPDATE routes SET position = ?, profile = ?, terms = ? WHERE id = ?", arguments: [position, profile, terms, id])
            try renewLane(ofRoute: id, asked.profile)
            return RouteID(id)
        }
        let lane = try lane(of: asked)
        let id = try db.insert(
            sql: "INSERT INTO routes (batch, position, provider, profile, model, lane, terms) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [batch.number, position, asked.profile.name, profile, UserText(asked.model), lane, terms])!
        return RouteID(id)
    }

    /// Another model of the batch's own provider has the batch's limits, on the batch's own lane or on one of its own.
    private func lane(of asked: BatchSettings) throws -> Int64 {
        let name = asked.profile.laneName(for: asked.model)
        guard asked.profile.name == settings.profile.name else {
            return try Queue.openLane(name, limits: asked.profile.limits, db, at: now)
        }
        let own = try ownLane()
        guard name != settings.profile.laneName(for: settings.model) else { return own }
        return try Queue.openLane(name, limits: LaneStore(db).limits(own), db, at: now)
    }

    /// Limits may have changed since the route was made; its lane stays the same.
    private func renewLane(ofRoute id: Int64, _ profile: Profile) throws {
        let lane = try Int64.fetchOne(db, sql: "SELECT lane FROM routes WHERE id = ?", arguments: [id])!
        let own = try ownLane()
        guard lane != own else { return }
        let limits = try profile.name == settings.profile.name ? LaneStore(db).limits(own) : profile.limits
        try Queue.adopt(limits, by: lane, db, at: now)
    }

    private func ownLane() throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT lane FROM batches WHERE id = ?", arguments: [batch.number])!
    }
}

extension Profile {
    fileprivate mutating func keepListedPrices(of stored: Profile) { listedPrices = listedPrices ?? stored.listedPrices }
}
