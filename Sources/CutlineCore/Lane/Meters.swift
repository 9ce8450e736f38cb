/// All limits of a lane: a call passes every meter and is counted by every one, or by none.
package struct Meters: Codable, Hashable, Sendable {
    /// One of each kind: what was not told may be announced.
    private var all: [Meter]

    init(_ limits: Limits, at now: Timestamp) {
        all = MeterKind.allCases.map { Meter($0, limits[$0], atOnce: limits.atOnce($0), at: now) }
    }

    /// The windows that were told, with what is in them, when `advance` came last.
    package var windows: [(kind: MeterKind, pace: Pace)] { all.flatMap { meter in meter.windows.map { (meter.kind, $0) } } }

    /// Whether anything but the number of slots bounds the calls.
    var holdBack: Bool { all.contains(where: \.holdsBack) }

    mutating func adopt(_ limits: Limits, at now: Timestamp) {
        change { $0.adopt(limits[$0.kind], atOnce: limits.atOnce($0.kind), at: now) }
    }

    /// Whether the clock was set back since `advance` came last.
    func isAhead(of now: Timestamp) -> Bool { all.contains { $0.isAhead(of: now) } }

    /// Comes before `wait`, and must be kept where `isAhead` said so, even where a call has to wait.
    package mutating func advance(to now: Timestamp) { change { $0.advance(to: now) } }

    /// Until when a call waits, as one of so many `calls` under way: the tightest of all limits holds; nil: not at all.
    package func wait(for call: CallUnits, calls: Int, at now: Timestamp) -> MeterWait? {
        all.compactMap { $0.wait(for: call[$0.kind], calls: calls, at: now) }.max { $0.until < $1.until }
    }

    mutating func spend(_ call: CallUnits, at now: Timestamp) { change { $0.spend(call[$0.kind], at: now) } }

    /// The call is no longer under way.
    mutating func release(_ call: CallUnits, isLast: Bool) { change { $0.release(call[$0.kind], isLast: isLast) } }

    /// The provider counts a call when it comes, not when it was reserved: a connection that had to be opened first, or a picture on a slow
    /// disk, keeps it. What left in between is counted where it left, or those that follow at once would be too many in the provider's window.
    ///
    /// - Returns: when the call is counted.
    mutating func count(_ call: CallUnits, reservedAt: Timestamp, as sentAt: Timestamp?, at now: Timestamp) -> Timestamp {
        guard let sentAt, sentAt > reservedAt, sentAt <= now else { return reservedAt }
        change { $0.move(call[$0.kind], from: reservedAt, to: sentAt, at: now) }
        return sentAt
    }

    /// It was not sent, and took nothing.
    mutating func giveBack(_ call: CallUnits, countedAt: Timestamp, at now: Timestamp) {
        change { $0.reconcile(by: -call[$0.kind], countedAt: countedAt, at: now) }
    }

    mutating func reconcile(_ call: CallUnits, as used: CallUnits, countedAt: Timestamp, at now: Timestamp) {
        change { $0.reconcile(by: used[$0.kind] - call[$0.kind], countedAt: countedAt, at: now) }
    }

    /// An answer told what its call used.
    mutating func learn(from usage: Usage, reserved call: CallUnits) {
        change { meter in if meter.kind != .requests, let used = usage[meter.kind] { meter.learn(overrun: used - call[meter.kind]) } }
    }

    mutating func observe(_ announced: Announced, startedAt: Timestamp, heardAt: Timestamp, at now: Timestamp) {
        change { meter in
            if let allowance = announced[meter.kind] { meter.observe(allowance, startedAt: startedAt, heardAt: heardAt, at: now) }
        }
    }

    private mutating func change(_ body: (inout Meter) -> Void) { for index in all.indices { body(&all[index]) } }
}

extension Limits {
    /// Units that a person wants under way at a time; what a call has of tokens is not known.
    fileprivate func atOnce(_ kind: MeterKind) -> Int { kind == .requests ? concurrency ?? 1 : 1 }
}
