import CutlineCore
import CutlineProvider
import CutlineQueue
import CutlineSQLite
import SystemPackage

/// The places besides a batch's own provider where its jobs may be asked.
struct Elsewhere {
    /// The fallback list that a job file gives; nil: the batch's stays as it is.
    private(set) var list: [RouteDraft]?
    /// Of the queue: where jobs wait, and without a new list the list that there is.
    private let routes: [Route]

    /// - Parameter batch: nil: it is new.
    init(list: [RouteDraft]? = nil, of batch: Batch?, streams: Bool? = nil, at place: QueuePlace) throws {
        try self.init(list: list, of: batch, streams: streams, batch.map { _ in try QueueReader(at: place) })
    }

    init(list: [RouteDraft]? = nil, of batch: Batch?, streams: Bool? = nil, _ reader: QueueReader?) throws {
        self.list = list?.map { draft in
            var draft = draft
            if streams == true { draft.profile?.streams = true }
            return draft
        }
        guard let batch, let reader else {
            routes = []
            return
        }
        let stored = try reader.routes().filter { $0.batch == batch.id }
        routes = stored.filter { list == nil ? $0.isInUse : $0.position == nil && $0.queued > 0 }
        // What the provider's list said once needs not be asked again.
        self.list = self.list?.map { draft in
            var draft = draft
            let known = stored.first { $0.profile.name == draft.profile?.name && $0.model == draft.model }
            draft.profile?.listedPrices = known?.profile.listedPrices
            return draft
        }
    }

    /// Refuses what could not be called, before anything is added or sent.
    func check(_ keys: KeyRing, allowsInsecureHTTP: Bool) throws {
        for profile in (list ?? []).compactMap(\.profile) + routes.map(\.profile) {
            try keys.check(profile, allowsInsecureHTTP: allowsInsecureHTTP)
        }
    }

    /// A budget in money needs every price.
    ///
    /// - Parameter lookup: asks a provider for its list.
    mutating func checkPrices(of settings: BatchSettings, _ budget: BudgetCheck, lookup: (Profile) async -> ModelList?) async throws {
        guard budget.needsPrice else { return }
        for index in list?.indices ?? 0..<0 {
            guard var draft = list?[index], let profile = draft.profile else { continue }
            if draft.price ?? profile.price(of: draft.model) == nil, let price = await lookup(profile)?[draft.model]?.price {
                draft.profile?.listedPrices = [draft.model: price]
                list?[index] = draft
            }
            try Self.check(draft.applied(to: settings), "give it as `price` with its entry of `fallback` in the job file")
        }
        try checkStoredPrices(of: settings, budget)
    }

    func checkStoredPrices(of settings: BatchSettings, _ budget: BudgetCheck) throws {
        guard budget.needsPrice else { return }
        for route in routes {
            let command =
                "cutline retry --batch \(Words.quoted(settings.name)) --provider \(route.profile.name) --model \(Words.quoted(route.model))"
            try Self.check(
                RouteDraft(profile: route.profile, model: route.model).applied(to: settings),
                route.position == nil
                    ? "give it with `\(command) --price INPUT/OUTPUT`" : "give it as `price` with its entry of `fallback` in the job file")
        }
    }

    private static func check(_ settings: BatchSettings, _ advice: String) throws {
        guard settings.profile.price(of: settings.model) == nil else { return }
        throw CommandEnd.usage(
            "what does \(Words.clean(settings.model)) cost at \(settings.profile.name)? --max-cost needs its price in US dollars per million tokens: \(advice), for example 0.15/0.60 (0/0 where it is free)"
        )
    }
}
