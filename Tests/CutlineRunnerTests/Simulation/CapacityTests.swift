import CutlineCore
import Testing

/// The provider's side of the law of throughput must itself keep the limits that it stands for.
struct CapacityTests {
    /// Calls at each 100 ms of a minute.
    private func taken(_ rule: Capacity.Rule) -> [Int64] {
        var capacity = Capacity(rule)
        return (0..<Int64(600)).map { $0 * 100 }.filter { capacity.take(at: Timestamp(milliseconds: $0)) == nil }
    }

    @Test(arguments: [
        (Capacity.Rule.bucket(rate: 2, burst: 5), 5 + 119), (.fixed(RateLimit(count: 7, window: 10)), 42),
        (.sliding(RateLimit(count: 7, window: 10)), 42),
    ])
    func itTakesItsRateAndItsBurst(_ rule: Capacity.Rule, calls: Int) { #expect(taken(rule).count == calls) }

    @Test func aSlidingWindowHoldsNoMoreWhereverItBegins() {
        let times = taken(.sliding(RateLimit(count: 3, window: 5)))
        for start in times { #expect(times.count { $0 >= start && $0 < start + 5_000 } <= 3) }
    }

    @Test(arguments: [
        (Capacity.Rule.bucket(rate: 0.5, burst: 1), Int64(2_000)), (.fixed(RateLimit(count: 1, window: 10)), 9_000),
        (.sliding(RateLimit(count: 1, window: 10)), 10_000),
    ])
    func itKnowsWhenItTakesTheNext(_ rule: Capacity.Rule, milliseconds: Int64) {
        var capacity = Capacity(rule)
        let now = Timestamp(milliseconds: 1_000)
        #expect(capacity.take(at: now) == nil)
        #expect(capacity.take(at: now) == .milliseconds(milliseconds))
        #expect(capacity.take(at: now + .milliseconds(milliseconds)) == nil)
    }

    @Test func aLimitThatFallsCountsWhatWasTakenBefore() {
        var capacity = Capacity(.sliding(RateLimit(count: 4, window: 10)))
        for time in [0, 1_000, 2_000, 3_000] { _ = capacity.take(at: Timestamp(milliseconds: Int64(time))) }
        capacity.rule = .sliding(RateLimit(count: 1, window: 10))
        #expect(capacity.take(at: Timestamp(milliseconds: 4_000)) == .milliseconds(9_000))
    }
}

struct OutageTests {
    /// 5, 10, 20, 40, 60 s, then every five minutes.
    @Test(arguments: [(1, 1), (5, 2), (14, 2), (15, 3), (75, 5), (135, 6), (434, 6), (435, 7), (7_200, 29)])
    func oneProbeAPause(seconds: Int, probes: Int) { #expect(ProviderOutage.probes(in: .seconds(seconds)) == probes) }
}
