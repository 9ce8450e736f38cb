import CutlineCore

/// Keeps claims from waiting under their leases for pictures to be prepared, which takes processors and not slots: only so many are claimed at
/// once as are soon at work. It stands open while no pictures need it.
struct DarkroomGate {
    /// Calls that may wait for a darkroom, at most.
    let limit: Int
    /// Claimed, and not known to wait no more.
    private var waiting: Set<AttemptID> = []
    /// One after the other that needed nothing prepared.
    private var unneeded = 0

    init(limit: Int) { self.limit = limit }

    /// So many in a row and the next will hardly need it either.
    private static let patience = 16

    /// How many may be claimed now; nil: any number.
    var room: Int? { unneeded >= Self.patience ? nil : max(0, limit - waiting.count) }

    mutating func claimed(_ attempt: AttemptID) { waiting.insert(attempt) }

    /// Its pictures are prepared, or need not be.
    mutating func passed(_ attempt: AttemptID, wasPrepared: Bool) {
        waiting.remove(attempt)
        unneeded = wasPrepared ? 0 : unneeded + 1
    }

    mutating func ended(_ attempt: AttemptID) { waiting.remove(attempt) }
}
