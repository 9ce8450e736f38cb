import CutlineCore

/// What a rescue found.
package struct Rescued: Hashable, Sendable {
    /// Attempts whose worker died or whose lease ran out: they may have been billed.
    package var attempts = 0
    /// Of these jobs, the ones that are held now.
    package var held = 0
    package var deadWorkers = 0

    package init() {}
}

extension Rescued {
    mutating func add(_ effects: [Settled.Effect]) {
        attempts += effects.count
        held += effects.count { $0 == .held }
    }
}
