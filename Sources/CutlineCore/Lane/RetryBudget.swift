/// How many repetitions a lane may make beside its first calls: each answer gives a fifth of one, each second one; ten are saved at most.
/// When it is used up, a repetition waits a second longer for each one owed, a minute at most. It fails nothing and holds no first call.
struct RetryBudget: Codable, Hashable, Sendable {
    private var saved = 10.0
    private var countedAt: Timestamp

    private static let most = 10.0
    private static let deepest = -60.0

    init(at now: Timestamp) { countedAt = now }

    mutating func answered() { saved = min(Self.most, saved + 0.2) }

    /// Takes one repetition; the wait that it costs beside its own.
    mutating func take(at now: Timestamp) -> Duration {
        let seconds = Double(max(0, (now - countedAt).milliseconds)) / 1_000
        saved = max(Self.deepest, min(Self.most, saved + seconds) - 1)
        countedAt = now
        return .milliseconds(Int64(max(0, -saved) * 1_000))
    }
}
