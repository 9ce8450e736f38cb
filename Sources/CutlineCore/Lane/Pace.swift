/// Keeps one window of a limit, and spreads what it allows evenly over time.
///
/// The window is counted, so that none ever holds more than the limit. Beside it units flow at the limit's rate (GCRA: one number of
/// state), so that they do not come in bursts; what a longer window allows flows within a minute, for who has a hundred pictures need not
/// wait for them as long as somebody who has thousands. It holds no clock: the caller says what time it is, so every case can be tested
/// and processes share the state through a row.
package struct Pace: Codable, Hashable, Sendable {
    package private(set) var limit: RateLimit
    private var counted: Counted
    /// Milliseconds since 1970 up to which the flow is used, with fractions.
    private var spentUntil: Double

    private enum Counted: Codable, Hashable {
        case sliding(SlidingWindow)
        case daily(DailyWindow)
    }

    /// Units that a person wants under way at a time; 1 where nothing was said.
    private var atOnce: Int

    /// Milliseconds of the flow that a worker who woke up late, or was held up, may make up for at once.
    private static let catchUp = 100.0
    /// The same where a person said how many calls may be under way: those may leave together, as far as that takes at most half a second and
    /// a twentieth of the window from the others.
    private var burst: Double {
        let calls = (min(500, limit.window * 50) / millisecondsPerUnit).rounded(.down)
        return max(Self.catchUp, min(calls, Double(atOnce - 1)) * millisecondsPerUnit)
    }

    /// Starts with room for one call, or for those that a person wants under way, which the window counts: a restart is no way round a limit,
    /// and neither is another count in the same window.
    package init(_ limit: RateLimit, atOnce: Int = 1, after earlier: Pace? = nil, at now: Timestamp) {
        if let earlier, earlier.limit.hasWindow(of: limit) {
            self = earlier
            (self.limit, self.atOnce) = (limit, atOnce)
            return
        }
        (self.limit, self.atOnce) = (limit, atOnce)
        counted = limit.resets.map { .daily(DailyWindow($0, at: now)) } ?? .sliding(SlidingWindow(length: limit.window, at: now))
        spentUntil = Double(now.milliseconds)
        if burst > Self.catchUp { spentUntil -= burst }
    }

    /// Milliseconds in which what a window allows may be spent.
    private var span: Double { min(limit.window, 60) * 1_000 }
    private var millisecondsPerUnit: Double { span / Double(max(limit.count, 1)) }

    /// Whether the clock was set back since, so that `advance` must be kept whatever comes of it.
    func isAhead(of now: Timestamp) -> Bool {
        if case .sliding(let window) = counted, window.isAhead(of: now) { return true }
        return spentUntil > horizon(now)
    }

    /// Comes before `wait` and `spend`, and must be kept even where a call has to wait, if the clock was set back: it does not stop the lane
    /// until it has caught up. Else the next one makes the same of the time that has passed.
    /// - Parameter underWay: units of calls that have not ended.
    package mutating func advance(to now: Timestamp, underWay: Int = 0) {
        var back = 0.0
        switch counted {
        case .sliding(var window):
            back = window.advance(to: now)
            counted = .sliding(window)
        case .daily(var window):
            window.advance(to: now, underWay: underWay)
            counted = .daily(window)
        }
        spentUntil = min(spentUntil - back, horizon(now))
    }

    /// Units in the window, when `advance` came last.
    package var used: Int {
        switch counted {
        case .sliding(let window): window.sum
        case .daily(let window): window.sum
        }
    }

    /// Units that the window has room for, when `advance` came last.
    package var free: Int { limit.count - used }

    /// The earliest time at which `units` may be spent with `room` left in the window; nil: now. A call dearer than the limit is let
    /// through alone: a window before it and a window after it hold nothing else.
    package func wait(for units: Int, leaving room: Int = 0, at now: Timestamp) -> Timestamp? {
        // A Double of today's milliseconds is exact to a quarter of a microsecond; without the allowance a call that is due now waits.
        let due = Timestamp(milliseconds: Int64((spentUntil - 0.01).rounded(.up)))
        let next = max(due, freed(for: units, leaving: room) ?? due)
        return next > now ? next : nil
    }

    private func freed(for units: Int, leaving room: Int) -> Timestamp? {
        switch counted {
        case .sliding(let window): window.wait(for: units, limit: limit.count - room)
        case .daily(let window): window.wait(for: units, limit: limit.count - room)
        }
    }

    package mutating func spend(_ units: Int, at now: Timestamp) { reconcile(by: units, countedAt: now, at: now) }

    /// Counts units that were reserved at one time where they left, when `advance` came last; the flow keeps them where they were.
    mutating func move(_ units: Int, from reservedAt: Timestamp, to sentAt: Timestamp) {
        guard case .sliding(var window) = counted else { return }
        window.add(-units, spentAt: reservedAt)
        window.add(units, spentAt: sentAt)
        counted = .sliding(window)
    }

    /// Corrects a reservation by what was really used: negative gives back.
    package mutating func reconcile(by units: Int, countedAt: Timestamp, at now: Timestamp) {
        switch counted {
        case .sliding(var window):
            window.add(units, spentAt: countedAt)
            counted = .sliding(window)
        case .daily(var window):
            window.add(units)
            counted = .daily(window)
        }
        flow(units, at: now)
    }

    private mutating func flow(_ units: Int, at now: Timestamp) {
        let earliest = Double(now.milliseconds) - burst
        spentUntil = max(earliest, min(max(spentUntil, earliest) + Double(units) * millisecondsPerUnit, horizon(now)))
    }

    /// However many units a call used, the flow is used up no further ahead than this.
    private func horizon(_ now: Timestamp) -> Double { Double(now.milliseconds) + span }
}
