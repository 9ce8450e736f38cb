import Testing

@testable import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The pace that a lane finds where no limit was told, against simulated providers. One after the other: they need a processor, and
/// others' tests need one too.
@Suite(.serialized) struct LearnedPaceTests {
    /// A provider's burst and latency, and what varies around them.
    struct Case: CustomTestStringConvertible {
        var burst: Double
        var latency: Double
        var jitter = 0.0
        var lateness = 0.0
        var processes = 1

        var testDescription: String { "burst \(burst), \(latency) s ± \(jitter), \(processes) × late by \(lateness) ms" }

        /// 8 s at 50/s are 400 calls in flight: more than the default slots.
        func simulation(jobs: Int = 20_000) -> PaceSimulation {
            PaceSimulation(
                jobs: jobs, limits: Limits(concurrency: latency > 5 ? 512 : nil), counting: .bucket(rate: 50, burst: burst),
                latency: latency, jitter: jitter, processes: processes, lateness: lateness)
        }
    }

    static let plain = [1.0, 5, 10, 20, 50].flatMap { burst in [0, 0.1, 0.5, 1, 2, 8].map { Case(burst: burst, latency: $0) } }
    static let jittered = plain.map { Case(burst: $0.burst, latency: $0.latency, jitter: 0.3, lateness: 4, processes: 2) }

    private static let wantsEverything = ProcessInfo.processInfo.environment["CUTLINE_PACE_TABLE"] != nil
    /// With `CUTLINE_PACE_TABLE` set every cell is run and printed; else every fourth one of the jittered ones.
    static let cases = plain + (wantsEverything ? jittered : jittered.enumerated().filter { $0.offset % 4 == 1 }.map(\.element))

    @Test(arguments: cases)
    func itIsNearTheIdealAndSeldomRefused(of one: Case) {
        let figures = one.simulation().run()
        let slowdown = figures.seconds / ((20_000 - one.burst) / 50 + one.latency)
        if Self.wantsEverything { print("\(one.testDescription): \(slowdown) ×, \(figures.refusals) refusals of \(figures.calls) calls") }
        #expect(figures.taken.count == 20_000)
        #expect(slowdown <= (one.latency > 5 ? 1.45 : 1.2))
        #expect(figures.refusedShare <= (one.latency > 5 ? 0.04 : 0.015))
    }

    @Test(arguments: [(0.0, 0.025), (0.5, 0.08)])
    func aShortRunIsToo(latency: Double, refused: Double) {
        let figures = Case(burst: 50, latency: latency).simulation(jobs: 2_000).run()
        #expect(figures.seconds <= 1.2 * (1_950 / 50 + latency))
        #expect(figures.refusedShare <= refused)
    }

    @Test(arguments: [1.0, 5, 20, 50], [25.0, 100])
    func itFollowsAChangedLimitWithinAMinute(burst: Double, newRate: Double) {
        for latency in [0, 0.5, 2] {
            var simulation = Case(burst: burst, latency: latency, jitter: 0.3).simulation(jobs: newRate < 50 ? 11_000 : 20_000)
            simulation.counting = .bucket(rate: 50, burst: burst, changes: [(at: 150_000, rate: newRate)])
            let figures = simulation.run()
            let taken = figures.rate(from: 210, to: 250) / newRate
            #expect(taken > 0.85 && taken < 1.15, "\(latency) s: \(taken) of the new rate")
            let learned = figures.rates[210..<250].compactMap(\.self).sorted()[20] / newRate
            #expect(learned > 0.85 && learned < 1.15, "\(latency) s: learned \(learned) of the new rate")
            #expect(figures.refusedShare < 0.015)
        }
    }

    @Test(arguments: [0.5, 2.0], [true, false])
    func aProviderThatCountsInWindowsIsNotStormed(latency: Double, tellsReset: Bool) {
        let figures = PaceSimulation(
            jobs: 5_000, counting: .fixedWindow(count: 450, seconds: 30, offset: 7_000, tellsReset: tellsReset), latency: latency
        ).run()
        #expect(figures.taken.count == 5_000)
        #expect(figures.refusedShare < 0.03)
        #expect(figures.seconds < 1.4 * (5_000 - 450) / 15)
    }

    struct Slow {
        var counting: Counting
        var rate: Double
    }

    static var slow: [Slow] {
        var all: [Slow] = []
        for rate in [0.25, 0.5, 1, 2] {
            for burst in [1.0, 10, 60] { all.append(Slow(counting: .bucket(rate: rate, burst: burst), rate: rate)) }
        }
        for (count, seconds) in [(10, 10.0), (15, 60.0), (60, 60.0)] {
            let rate = Double(count) / seconds
            all.append(Slow(counting: .fixedWindow(count: count, seconds: seconds, offset: 7_000), rate: rate))
            all.append(Slow(counting: .slidingWindow(count: count, seconds: seconds), rate: rate))
        }
        return all
    }

    /// Where a provider takes few calls, a refusal that is put down to chance is followed by many more.
    @Test(arguments: [0.5, 3.0], [true, false]) func aSlowProviderIsNotStormed(latency: Double, tellsWait: Bool) {
        var shares: [Double] = []
        for slow in Self.slow {
            let (counting, rate) = (slow.counting, slow.rate)
            var simulation = PaceSimulation(
                jobs: Int(rate * 900) + 20, counting: counting, latency: latency, jitter: 0.3, lateness: 4)
            simulation.tellsWait = tellsWait
            let figures = simulation.run()
            #expect(figures.refusedShare < 0.4, "\(counting): \(figures.refusals) of \(figures.calls)")
            #expect(figures.seconds < 1.3 * Double(simulation.jobs) / rate, "\(counting): \(figures.seconds) s")
            shares.append(figures.refusedShare)
        }
        #expect(shares.reduce(0, +) / Double(shares.count) < 0.15)
    }

    /// Two hundred at once, half a second each: 2.5 s for a thousand.
    @Test(arguments: [nil, 24_000, 60_000, 600_000] as [Int?])
    func aToldConcurrencyIsUsedFromTheFirstRound(requestsPerMinute: Int?) {
        var limits = Limits(concurrency: 200)
        if let count = requestsPerMinute { limits.windows[.requests] = [.perMinute(count)] }
        let figures = PaceSimulation(
            jobs: 1_000, limits: limits, counting: .slidingWindow(count: requestsPerMinute ?? 1_000_000, seconds: 60), latency: 0.5
        ).run()
        #expect(figures.seconds <= 1.1 * 2.5, "\(figures.seconds) s")
        #expect(figures.refusals == 0)
    }

    @Test(arguments: [(0.1, 1.0), (0.167, 10), (1, 20), (500, 10)])
    func itFindsSlowAndFastRates(rate: Double, burst: Double) {
        let jobs = Int(max(60, rate * 100))
        let figures = PaceSimulation(jobs: jobs, counting: .bucket(rate: rate, burst: burst), latency: 0.1).run()
        #expect(figures.seconds < 1.6 * ((Double(jobs) - burst) / rate + 0.1))
    }

    @Test func nothingIsPacedBeforeTheFirstRefusal() {
        var lane = Lane(limits: Limits(concurrency: 1_000), at: at(0))
        for _ in 0..<1_000 { #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil) }
        #expect(lane.learnedRate == nil)
    }

    private let refusal = LaneEvent.failed(Failure(.rateLimited, "slow down", status: 429, retryAfter: .seconds(1)))

    /// Ten calls a second, the twentieth refused.
    private func refusedLane() -> Lane {
        var lane = Lane(limits: Limits(concurrency: 100), at: at(0))
        for index in 0..<20 as Range<Int64> { #expect(lane.tryReserve(estimatedTokens: 0, at: at(index * 100)) == nil) }
        _ = lane.apply(refusal, model: "m", estimatedTokens: 0, startedAt: at(1_900), at: at(1_920))
        return lane
    }

    @Test func theFirstPaceIsNineTenthsOfWhatWasAcceptedInASecond() throws {
        var lane = refusedLane()
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(2_920)) == nil)
        let rate = try #require(lane.learnedRate)
        #expect(rate > 7 && rate < 10)
        #expect(lane.slots.current == 100)
        guard case .until(let next, .pace)? = lane.tryReserve(estimatedTokens: 0, at: at(2_920)) else {
            Issue.record("no pace after a refusal")
            return
        }
        #expect(next > at(3_000) && next < at(3_080))
    }

    @Test func refusalsOfCallsStartedBeforeTheCutAreOneEvent() throws {
        var (one, many) = (refusedLane(), refusedLane())
        #expect(one.tryReserve(estimatedTokens: 0, at: at(2_920)) == nil)
        #expect(many.tryReserve(estimatedTokens: 0, at: at(2_920)) == nil)
        for index in 0..<10 as Range<Int64> {
            let actions = many.apply(refusal, model: "m", estimatedTokens: 0, startedAt: at(1_000 + index), at: at(2_930))
            #expect(actions == [])
        }
        #expect(many.tryReserve(estimatedTokens: 0, at: at(9_000)) == nil)
        #expect(one.tryReserve(estimatedTokens: 0, at: at(9_000)) == nil)
        #expect(many.learnedRate == one.learnedRate)
    }

    @Test func aToldLimitEndsTheSearchAndItsEndBeginsItAnew() throws {
        var lane = refusedLane()
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(2_920)) == nil)
        lane.adopt(Limits(concurrency: 100), at: at(2_930))
        #expect(lane.learnedRate != nil)
        lane.adopt(Limits(concurrency: 100, requests: .perMinute(6_000)), at: at(2_940))
        #expect(lane.learnedRate == nil)
        lane.adopt(Limits(concurrency: 100), at: at(2_950))
        #expect(lane.learnedRate == nil)
        for _ in 0..<20 { #expect(lane.tryReserve(estimatedTokens: 0, at: at(2_960)) == nil) }
    }

    @Test func aClockThatWasSetBackDoesNotStopTheLane() {
        var lane = refusedLane()
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(3_600_000)) == nil)
        _ = lane.apply(refusal, model: "m", estimatedTokens: 0, startedAt: at(3_600_000), at: at(3_600_020))
        // The lane's own block ends by the old clock; a pause of the provider is a time of day.
        var rate = AdaptiveRate()
        rate.started(at: at(3_600_000))
        _ = rate.refused(startedAt: at(3_600_000), at: at(3_600_020))
        rate.advance(to: at(0))
        #expect(rate.wait(at: at(0)).map { $0 <= at(61_000) } ?? true)
        _ = rate.refused(startedAt: at(10), at: at(20))
        rate.advance(to: at(1_000))
        #expect(rate.wait(at: at(1_000)).map { $0 <= at(61_000) } ?? true)
    }

    @Test func whatIsStoredIsSmallAndReadBack() throws {
        let lane = Case(burst: 5, latency: 0.5).simulation(jobs: 3_000).run().lane
        let stored = try JSONEncoder().encode(lane)
        #expect(stored.count < 2_000)
        #expect(try JSONDecoder().decode(Lane.self, from: stored) == lane)
    }
}
