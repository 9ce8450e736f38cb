import CutlineCore
import Synchronization

/// At which tier jobs of a batch are asked at one of its places, as long as a turn lasts.
struct OfferedTier {
    /// Standard where the place has no other.
    let tier: ServiceTier
    /// Whether it would be flex, had the time for that not run out.
    let isPastFlex: Bool
    /// How the request names it, under which the lane may have learned to leave it out.
    private let names: Set<String>

    private init(_ tier: ServiceTier, isPastFlex: Bool = false, names: Set<String> = []) {
        (self.tier, self.isPastFlex, self.names) = (tier, isPastFlex, names)
    }

    /// - Parameters:
    ///   - policy: a `batches.policy`.
    ///   - route: a row of `routes`; nil: the batch's own place.
    static func find(_ policy: String, of batch: BatchID, at route: RouteID, _ db: any Session, at now: Timestamp) throws -> OfferedTier {
        // Most batches do not ask for it, and then no profile is read.
        guard let wish = try PolicyColumn.policy(policy).flex, let offer = try ProfileColumn.flex(of: batch, route, db) else {
            return OfferedTier(.standard)
        }
        return wish.isOver(at: now)
            ? OfferedTier(.standard, isPastFlex: true) : OfferedTier(.flex, names: Set(offer.path))
    }

    /// The tier of a call that is sent with these quirks.
    func tier(under quirks: Quirks) -> ServiceTier { quirks.dropped.isDisjoint(with: names) ? tier : .standard }
}

/// What a place's profile says of flex. A profile is asked for at every turn and there are few different ones, so what was read is kept by
/// its text.
private enum ProfileColumn {
    private static let known = Mutex<[String: FlexOffer?]>([:])

    static func flex(of batch: BatchID, _ route: RouteID, _ db: any Session) throws -> FlexOffer? {
        let sql = route == .own ? "SELECT profile FROM batches WHERE id = ?" : "SELECT profile FROM routes WHERE id = ?"
        let statement = try db.cachedStatement(sql: sql)
        let text = try String.fetchOne(statement, arguments: [route == .own ? batch.number : route.number])!
        return try known.withLock { known in
            if let offer = known[text] { return offer }
            let offer = try JSONColumn.decode(Profile.self, from: text).flex
            known[text] = .some(offer)
            return offer
        }
    }
}
