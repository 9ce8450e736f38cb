/// What a lane did about an event; the worker tells the user.
package enum LaneAction: Hashable, Sendable {
    case blocked(until: Timestamp, message: String)
    /// The provider asked for more than is believed; told: until when.
    case doubted(told: Timestamp, until: Timestamp, message: String)
    case paused(Pause)
    /// Calls are made one by one, and not before, to see whether a refusal stays.
    case looks(again: Timestamp, message: String)
    case opened(Outage)
    /// These jobs failed for what turned out not to be their fault: they go back to the queue.
    case recalled([JobID])
    /// From now on the model's requests are sent changed.
    case learned(Remedy, model: String, message: String)
}
