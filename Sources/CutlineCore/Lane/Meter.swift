/// Until when a limit holds a call back, and which.
package struct MeterWait: Hashable, Sendable {
    package var until: Timestamp
    package var kind: MeterKind
    /// Nil: what the provider announces.
    package var window: RateLimit?
}

/// One kind of limit of a lane: the windows that were told, all of which hold, and what the provider announces.
package struct Meter: Codable, Hashable, Sendable {
    package let kind: MeterKind
    /// In the order in which they were told.
    package private(set) var windows: [Pace]
    /// Windows that are no longer told but hold something still: where one is told again, what was spent stays spent.
    private var former: [Pace] = []
    private var announced: AnnouncedPace?
    /// Units reserved by calls that have not ended.
    private var underWay = 0
    private var overrun: TokenOverrun?

    /// - Parameter atOnce: units that a person wants under way at a time.
    init(_ kind: MeterKind, _ limits: [RateLimit] = [], atOnce: Int = 1, at now: Timestamp) {
        self.kind = kind
        windows = limits.map { Pace($0, atOnce: atOnce, at: now) }
    }

    var holdsBack: Bool { !windows.isEmpty || announced != nil }

    /// Takes windows that a new run brought; what was spent in those that were there before stays spent.
    mutating func adopt(_ limits: [RateLimit], atOnce: Int = 1, at now: Timestamp) {
        advance(to: now)
        let known = windows + former
        windows = limits.map { limit in Pace(limit, atOnce: atOnce, after: known.first { $0.limit.hasWindow(of: limit) }, at: now) }
        former = known.filter { pace in pace.used > 0 && !limits.contains { $0.hasWindow(of: pace.limit) } }
    }

    func isAhead(of now: Timestamp) -> Bool { (windows + former).contains { $0.isAhead(of: now) } }

    mutating func advance(to now: Timestamp) {
        let underWay = underWay
        change { $0.advance(to: now, underWay: underWay) }
        former.removeAll { $0.used == 0 }
    }

    /// Until when a call of `units` waits, as one of so many `calls` under way: the latest that any window says; nil: not at all.
    func wait(for units: Int, calls: Int, at now: Timestamp) -> MeterWait? {
        let told = windows.compactMap { pace in
            pace.wait(for: units, leaving: overrun?.room(forCalls: calls, of: pace.limit) ?? 0, at: now)
                .map { MeterWait(until: $0, kind: kind, window: pace.limit) }
        }
        let heard = announced?.wait(for: Double(units), at: now).map { MeterWait(until: $0, kind: kind) }
        return (told + [heard].compactMap(\.self)).max { $0.until < $1.until }
    }

    mutating func spend(_ units: Int, at now: Timestamp) {
        change { $0.spend(units, at: now) }
        announced?.spend(Double(units), at: now)
        underWay += units
    }

    /// A call ended that had reserved `units`.
    mutating func release(_ units: Int, isLast: Bool) { underWay = isLast ? 0 : max(0, underWay - units) }

    /// Corrects what was reserved by what was used.
    mutating func reconcile(by units: Int, countedAt: Timestamp, at now: Timestamp) {
        change { $0.reconcile(by: units, countedAt: countedAt, at: now) }
    }

    /// What was reserved at one time left at another.
    mutating func move(_ units: Int, from reservedAt: Timestamp, to sentAt: Timestamp, at now: Timestamp) {
        advance(to: now)
        change { $0.move(units, from: reservedAt, to: sentAt) }
    }

    /// An answer told by how much its call went beyond its reservation.
    mutating func learn(overrun units: Int) {
        if !windows.isEmpty { overrun = (overrun ?? TokenOverrun()).adding(units) }
    }

    mutating func observe(_ allowance: Announced.Allowance, startedAt: Timestamp, heardAt: Timestamp, at now: Timestamp) {
        advance(to: now)
        guard isNews(allowance) else { return }
        announced =
            AnnouncedPace(allowance, underWay: Double(underWay), startedAt: startedAt, at: heardAt, after: announced) ?? announced
    }

    /// A lane that keeps a told limit has spent what the headers miss, and gets it back in time. That nothing is left is news where it has not
    /// spent it all itself, for others spend too, and where it lasts longer than the window that it filled.
    private func isNews(_ allowance: Announced.Allowance) -> Bool {
        guard !windows.isEmpty else { return true }
        return allowance.remaining == 0
            && !windows.contains { pace in
                Double(pace.free) <= 0.02 * Double(pace.limit.count)
                    && allowance.resetsIn <= .milliseconds(Int64(pace.limit.window * 1_000))
            }
    }

    private mutating func change(_ body: (inout Pace) -> Void) {
        for index in windows.indices { body(&windows[index]) }
        for index in former.indices { body(&former[index]) }
    }
}
