import CutlineCore

/// Milliseconds behind a point in 2026.
func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_795_176_000_000 + milliseconds) }

/// The same numbers from the same seed (Steele, Lea, Flood: SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Lane {
    /// Where it does not matter which model is asked.
    mutating func tryReserve(_ call: CallUnits, at now: Timestamp) -> LaneRefusal? { tryReserve(call, model: "m", at: now) }

    /// Where it does not matter what of its tokens are the answer's.
    mutating func tryReserve(model: String = "m", estimatedTokens tokens: Int, at now: Timestamp) -> LaneRefusal? {
        tryReserve(CallUnits(inputTokens: tokens, outputTokens: 0), model: model, at: now)
    }

    mutating func apply(
        _ event: LaneEvent, model: String, estimatedTokens tokens: Int, startedAt: Timestamp, sentAt: Timestamp? = nil, at now: Timestamp,
        evidence: JobEvidence = JobEvidence()
    ) -> [LaneAction] {
        let call = CallUnits(inputTokens: tokens, outputTokens: 0)
        return apply(event, model: model, reserved: call, startedAt: startedAt, sentAt: sentAt, at: now, evidence: evidence)
    }
}

extension LaneEvent {
    /// Nil: the answer did not tell.
    static func answered(usedTokens tokens: Int?) -> LaneEvent {
        .answered(Usage(inputTokens: tokens, outputTokens: tokens.map { _ in 0 }))
    }
}
