import CutlineCore

/// A time in which a provider answers every call of a lane, or of one model, with the same trouble, or not at all.
struct ProviderOutage {
    enum Kind: Hashable {
        /// 500, 502 or 503.
        case answers(Int, billed: Billed)
        /// 504: the model may have gone on.
        case gatewayTimeout
        case unreachable
    }

    var lane: Int
    /// Nil: every one.
    var model: String?
    var kind: Kind
    var begin: Duration
    var length: Duration

    var end: Duration { begin + length }

    func concerns(lane: Int, model: String) -> Bool { lane == self.lane && (self.model.map { $0 == model } ?? true) }

    /// What a call comes to, and whether it was answered.
    var failure: Failure {
        switch kind {
        case .answers(503, let billed): Failure(.overloaded, "no healthy upstream", status: 503, billed: billed)
        case .answers(let status, let billed): Failure(.serverError, "bad gateway", status: status, billed: billed)
        case .gatewayTimeout: Failure(.timeout, "the gateway waited in vain", status: 504, billed: .unknown)
        case .unreachable: Failure(.unreachable, "no connection")
        }
    }

    /// Whether it leaves open what became of its calls: then the rule for unknown outcomes counts them.
    var leavesOutcomesUnknown: Bool { kind == .gatewayTimeout }

    /// How many single calls may ask whether it is over: after 5, 10, 20, 40 and 60 s, then every 5 min.
    static func probes(in time: Duration) -> Int {
        var (probes, next) = (1, 0)
        for pause in [5, 10, 20, 40, 60] {
            next += pause
            if time >= .seconds(next) { probes += 1 }
        }
        return probes + max(0, Int(time.milliseconds / 1_000) - next) / 300
    }

    /// How long after its end the last pause may go on: it is no longer than the pauses before it together and five seconds, and five
    /// minutes at most.
    var longestPause: Duration { length < .seconds(130) ? min(.seconds(60), length + .seconds(5)) : .seconds(300) }

    /// - Parameter length: nil: as chance will have it, now and then up to two hours.
    static func any(lane: Int, model: String?, begin: Duration, length: Duration? = nil, _ chance: inout Chance) -> ProviderOutage {
        let billed = chance.pick([Billed.no, .unknown])
        let kind = chance.pick([
            Kind.answers(500, billed: billed), .answers(502, billed: billed), .answers(503, billed: .no), .gatewayTimeout, .unreachable,
        ])
        return ProviderOutage(lane: lane, model: model, kind: kind, begin: begin, length: length ?? self.length(&chance))
    }

    static func length(_ chance: inout Chance) -> Duration {
        chance.happens(0.08) ? chance.seconds(600...7_200) : chance.happens(0.3) ? chance.seconds(120...400) : chance.seconds(30...120)
    }
}
