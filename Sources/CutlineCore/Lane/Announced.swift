/// What a provider says of its limits beside an answer.
package struct Announced: Codable, Hashable, Sendable {
    /// What one limit leaves.
    package struct Allowance: Codable, Hashable, Sendable {
        package var limit: Int?
        package var remaining: Int
        /// Until the limit is free again: the end of a window, or when a bucket is full.
        package var resetsIn: Duration

        package init(limit: Int? = nil, remaining: Int, resetsIn: Duration) {
            self.limit = limit
            self.remaining = remaining
            self.resetsIn = resetsIn
        }
    }

    /// By what is counted; what is absent was not told.
    package var allowances: [MeterKind: Allowance]

    package init(_ allowances: [MeterKind: Allowance] = [:]) { self.allowances = allowances }

    package subscript(kind: MeterKind) -> Allowance? { allowances[kind] }
}

/// Keeps a lane within what a provider announced: what remains must last until the reset. It only ever holds calls back.
///
/// A reset means one thing where a provider counts in windows and another where a bucket fills all the time. Spending twice as fast as an
/// even spread would suits both: a window is used up to its end, a bucket settles at a third and gives its whole rate.
struct AnnouncedPace: Codable, Hashable, Sendable {
    /// Units that may still be spent; less what was under way when the answer came.
    private var left: Double
    private let whole: Double
    /// Units per second; nil: as fast as may be.
    private var rate: Double?
    private let until: Timestamp
    /// Of the call whose answer said so.
    private let startedAt: Timestamp
    /// When the last call was due, in milliseconds since 1970, and what it cost.
    private var last: Double
    private var lastUnits: Double

    /// Resets that lie further ahead are not believed.
    private static let longest = Duration.seconds(86_400)
    /// Below it, a limit is over before an answer can tell of it.
    private static let shortest = Duration.seconds(1)

    /// Nil where the announcement says nothing that could hold back a call.
    /// - Parameter underWay: units of calls in flight, which the provider may not have counted yet.
    init?(_ allowance: Announced.Allowance, underWay: Double, startedAt: Timestamp, at now: Timestamp, after earlier: AnnouncedPace?) {
        if let earlier, earlier.startedAt > startedAt, earlier.until > now { return nil }
        // As of when an answer speaks is not known. Where nothing is left nothing is sent that soon after it came.
        let rest = allowance.remaining == 0 ? allowance.resetsIn : allowance.resetsIn - (now - startedAt)
        guard allowance.resetsIn <= Self.longest, rest >= Self.shortest, allowance.limit ?? 1 > 0, allowance.remaining >= 0 else {
            return nil
        }
        let seconds = Double(rest.milliseconds) / 1_000
        left = Double(allowance.remaining) - underWay
        whole = allowance.limit.map(Double.init) ?? .greatestFiniteMagnitude
        // A day's limit need not last all day, only to its end.
        let isAmple = seconds > 120 && left > 0.05 * Double(allowance.limit ?? 1_000)
        rate = isAmple ? nil : 2 * max(0, left) / seconds
        // Whether a used-up limit comes back at once or bit by bit is not known: now and then one call may find out.
        until = now + (left < 1 ? min(rest, .seconds(600)) : rest)
        self.startedAt = startedAt
        (last, lastUnits) = earlier.map { ($0.last, $0.lastUnits) } ?? (0, 0)
    }

    /// When `units` may be spent at the earliest; nil: now.
    func wait(for units: Double, at now: Timestamp) -> Timestamp? {
        guard now < until else { return nil }
        // A call dearer than the whole limit is let through when nearly all of it is there.
        guard left >= min(units, 0.9 * whole) else { return until }
        guard rate != nil else { return nil }
        let due = Timestamp(milliseconds: Int64((last + interval).rounded(.up)))
        return due <= now ? nil : min(due, until)
    }

    mutating func spend(_ units: Double, at now: Timestamp) {
        left -= units
        let time = Double(now.milliseconds)
        // A worker that woke up late may make up for 10 ms.
        last = now < until ? max(last + interval, time - 10) : time
        lastUnits = units
    }

    /// Milliseconds that the last call must last.
    private var interval: Double {
        guard let rate, rate > 0 else { return 0 }
        return min(lastUnits / rate * 1_000, 86_400_000)
    }
}
