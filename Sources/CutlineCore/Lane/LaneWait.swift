/// What a lane waits for; shown to the user.
package enum LaneWait: Hashable, Sendable {
    /// A limit: the window that was told, or nil for what the provider announces.
    case limit(MeterKind, RateLimit?)
    /// The pace that the lane found itself.
    case pace
    /// The provider asked for a pause.
    case provider
    /// Whether a refusal was a passing one.
    case secondLook
}
