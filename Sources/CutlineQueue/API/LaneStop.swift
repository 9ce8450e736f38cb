import CutlineCore

/// Why a lane took no (more) calls in a turn.
package struct LaneStop: Hashable, Sendable {
    package var lane: String
    package var refusal: LaneRefusal
    /// Calls per second, where the lane found its pace itself.
    package var learnedRate: Double?
    /// The limits on requests that it was told.
    package var requests: [RateLimit]

    package init(lane: String, refusal: LaneRefusal, learnedRate: Double? = nil, requests: [RateLimit] = []) {
        self.lane = lane
        self.refusal = refusal
        self.learnedRate = learnedRate
        self.requests = requests
    }
}
