import CutlineCore
import CutlineQueue

/// What a run looks like from outside, once a second.
package struct RunProgress: Hashable, Sendable {
    /// Calls of this process.
    package var inFlight = 0
    /// Jobs in scope that are queued or running, anywhere.
    package var remaining = 0
    /// Why lanes took no more calls when they were last asked.
    package var stops: [LaneStop] = []
    package var isDraining = false

    package init(inFlight: Int = 0, remaining: Int = 0, stops: [LaneStop] = [], isDraining: Bool = false) {
        self.inFlight = inFlight
        self.remaining = remaining
        self.stops = stops
        self.isDraining = isDraining
    }
}

/// Something that happened in a run.
package enum RunnerEvent: Sendable {
    case progress(RunProgress)
    case lane(LaneNotice)
    case ended(Claim, Outcome, Settled.Effect)
    /// Calls of dead workers were taken back.
    case rescued(Rescued)
    /// Settlements that an earlier run had saved beside the queue were brought in.
    case replayed(Replayed)
    /// The first signal came: so many calls are still awaited.
    case draining(inFlight: Int)
    /// The time for flex is over: what is left of a batch is asked at the standard tier. Once a run.
    case flexIsOver(BatchID)
}

/// How a run ended.
package enum RunEnd: Sendable {
    /// Nothing in scope is queued or running any more.
    case finished
    /// Jobs are left, and no lane will take them until a person acts (or, with `waits` off, for long).
    case paused([LaneStop])
    case interrupted
    /// The queue could not be written. What had been paid for stands in `saved`, if anything was in memory; the error is `LostAnswers`
    /// where it could not be saved either.
    case queueFailed(any Error, saved: String?)
}

/// The worst end: answers that neither the queue nor the file beside it took.
package struct LostAnswers: Error, CustomStringConvertible {
    package var count: Int
    package var cause: String
    package var saveError: String

    package var description: String {
        "\(cause); answers to \(count) calls, which may have been paid for, could not be saved beside it either: \(saveError)"
    }
}

/// What a run is to do.
package struct RunnerOptions: Sendable {
    package var scope: Scope
    /// The deadline of one call; the lease is two minutes longer.
    package var timeout: Duration
    /// The same of a call at flex.
    package var flexTimeout: Duration
    /// Calls of this process at once, whatever the lanes allow.
    package var callLimit: Int
    /// How many claims may wait for their pictures to be prepared; nil: none are prepared.
    package var unpreparedLimit: Int?
    /// Whether to wait for a lane that opens again in more than a minute, or for a provider that cannot be reached any more.
    package var waits: Bool
    /// How long running calls may take to end once it is draining, in real time; nil: as long as they take.
    package var drainTimeout: Duration?

    package init(
        scope: Scope, timeout: Duration = .seconds(300), flexTimeout: Duration? = nil, callLimit: Int = 4_096, unpreparedLimit: Int? = nil,
        waits: Bool = true, drainTimeout: Duration? = nil
    ) {
        self.scope = scope
        self.timeout = timeout
        self.flexTimeout = flexTimeout ?? timeout
        self.callLimit = callLimit
        self.unpreparedLimit = unpreparedLimit
        self.waits = waits
        self.drainTimeout = drainTimeout
    }

    /// Before the request pictures are fetched (30 s), wait to be prepared (10 s), are prepared (30 s), and a key is exchanged (20 s).
    var lease: Duration { timeout + .seconds(120) }
    var flexLease: Duration { flexTimeout + .seconds(120) }
}

/// Time and chance, from outside.
package struct RunnerClock: Sendable {
    package var now: @Sendable () -> Timestamp
    /// A random number in 0…1.
    package var jitter: @Sendable () -> Double
    /// How often a run looks at what other processes did, in real time; every fifth time it also looks for dead ones.
    package var beat: Duration

    package init(
        now: @escaping @Sendable () -> Timestamp, jitter: @escaping @Sendable () -> Double, beat: Duration = .seconds(1)
    ) {
        self.now = now
        self.jitter = jitter
        self.beat = beat
    }
}
