import Testing

@testable import CutlineCore

/// Refusals that the pace does not explain: by chance, late, out of order, of another process.
@Suite(.serialized) struct ChancePaceTests {
    struct Chance: CustomTestStringConvertible {
        var share: Double
        /// Seconds.
        var wait: Double?

        var testDescription: String { "\(share) refused, wait \(wait.map { "\($0) s" } ?? "not told")" }
    }

    static let chances = [0.01, 0.03, 0.1, 0.3].flatMap { share in [nil, 0, 1, 5].map { Chance(share: share, wait: $0) } }

    /// A plain script with 16 threads and a second's sleep takes 10 s for these at 0.4 s a call; slots alone, from 8 on, 4 s.
    @Test(arguments: chances)
    func aShareThatDoesNotChangeWithThePaceIsNoLimit(of chance: Chance) {
        for latency in [0.1, 0.5, 2, 8] {
            let seconds = (1...5 as ClosedRange<UInt64>).map { seed in
                var simulation = PaceSimulation(jobs: 400, counting: .unlimited, latency: latency, seed: seed)
                simulation.chance = [(0, chance.share)]
                simulation.chanceWait = chance.wait
                return simulation.run().seconds
            }.sorted()
            // Three in ten look like a limit for longer.
            let allowed = (12 + 7 * latency + 2.5 * (chance.wait ?? 1)) * (chance.share > 0.2 ? 1.7 : 1.1)
            #expect(seconds[2] <= allowed, "\(latency) s: \(seconds[2]) s")
            #expect(seconds[4] <= (chance.share > 0.2 ? 10 : 3) * allowed, "\(latency) s: \(seconds[4]) s at worst")
        }
    }

    @Test(arguments: [0.01, 0.03, 0.1], [1.0, 50])
    func besideChanceALimitIsFoundAndKept(share: Double, burst: Double) {
        for latency in [0.1, 0.5, 2] {
            var simulation = PaceSimulation(jobs: 10_000, counting: .bucket(rate: 50, burst: burst), latency: latency)
            simulation.chance = [(0, share)]
            simulation.chanceWait = 1
            let figures = simulation.run()
            #expect(figures.taken.count == 10_000)
            #expect(figures.seconds <= (share > 0.05 ? 1.8 : 1.6) * (10_000 - burst) / 50, "\(latency) s: \(figures.seconds) s")
            #expect(Double(figures.limited) <= 0.1 * Double(figures.calls), "\(latency) s: \(figures.limited) of \(figures.calls)")
        }
    }

    /// Its calls keep within the limit, so that a refusal is none of the pace's.
    @Test(arguments: [0.01, 0.03, 0.1])
    func chanceDoesNotStopALaneThatWasToldItsLimit(share: Double) {
        var simulation = PaceSimulation(
            jobs: 6_000, limits: Limits(requests: RateLimit(count: 50, window: 1)), counting: .slidingWindow(count: 60, seconds: 1),
            latency: 0.5)
        simulation.chance = [(0, share)]
        simulation.chanceWait = 1
        let figures = simulation.run()
        #expect(figures.taken.count == 6_000)
        #expect(figures.seconds <= 1.5 * 6_000 / 50 / (1 - share), "\(figures.seconds) s")
    }

    @Test func chanceThatComesAndGoesLeavesThePaceAsItWas() {
        var simulation = PaceSimulation(jobs: 18_000, counting: .bucket(rate: 50, burst: 20), latency: 0.5)
        simulation.chance = [(100_000, 0.05), (200_000, 0)]
        let figures = simulation.run()
        for (from, to) in [(30.0, 100.0), (130, 200), (230, 300)] {
            #expect(figures.rate(from: from, to: to) > 35, "\(from) s: \(figures.rate(from: from, to: to))/s")
        }
        #expect(figures.rate(from: 260, to: 320) > 42)
    }

    // MARK: Late, out of order, of others

    /// Milliseconds between the start of a call and its refusal that tells nothing of this pace.
    @Test(arguments: [0, 1, 20, 300, 2_500, 10_000, 60_000] as [Int64], [1, 2, 3])
    func oneStrayRefusalCostsASmallStepAtMost(age: Int64, processes: Int) throws {
        for heardAt in [61_000, 75_500, 90_003] as [Int64] {
            var simulation = PaceSimulation(
                jobs: 9_000, counting: .bucket(rate: 50, burst: 20), latency: 0.5, processes: processes, lateness: processes > 1 ? 4 : 0)
            simulation.strays = [(at: heardAt, age: age), (at: heardAt, age: age)]
            let figures = simulation.run()
            let second = Int(heardAt / 1_000)
            let before = try #require(figures.rates[second])
            // A look at a lower pace lasts for seconds.
            let after = figures.rates[second + 2...second + 60].compactMap(\.self).sorted()[29]
            #expect(after > 0.75 * before, "\(heardAt): \(before)/s, then \(after)/s")
            #expect(figures.rate(from: Double(second) + 5, to: Double(second) + 120) > 40)
        }
    }

    @Test(arguments: [20.0...20, 20...500, 20...3_000, 20...8_000], [1, 2, 3])
    func refusalsThatAreHeardLateAndOutOfOrderDoNotDriveThePaceDown(delay: ClosedRange<Double>, processes: Int) {
        for burst in [1.0, 20, 50] {
            var simulation = PaceSimulation(
                jobs: 9_000, counting: .bucket(rate: 50, burst: burst), latency: 0.5, jitter: 0.3, processes: processes, lateness: 4)
            simulation.refusalDelay = delay
            simulation.hearingLag = 400
            let figures = simulation.run()
            #expect(figures.seconds < (delay.upperBound > 3_000 ? 1.8 : 1.5) * 180, "burst \(burst): \(figures.seconds) s")
            #expect(figures.refusedShare < 0.08, "burst \(burst): \(figures.refusals) of \(figures.calls)")
        }
    }

    @Test func aRefusalOfACallThatWasStartedInTheMillisecondOfTheCutIsOfTheSameEvent() {
        var rate = AdaptiveRate()
        for index in 0..<20 as Range<Int64> { rate.started(at: at(index * 50)) }
        #expect(rate.refused(startedAt: at(900), at: at(950)) == .limit)
        #expect(rate.refused(startedAt: at(950), at: at(960)) == .known)
        rate.advance(to: at(1_950))
        let before = rate.rate
        // Started when the refusal had come and was not yet heard of, by another process.
        #expect(rate.refused(startedAt: at(950), at: at(2_000)) == .known)
        #expect(rate.refused(startedAt: at(940), at: at(9_000)) == .known)
        rate.advance(to: at(9_000))
        #expect(rate.rate == before)
    }

    // MARK: Throughput

    @Test(arguments: [1.0, 20, 50], [12.0, 25, 100, 150])
    func itIsNeverBelowHalfOfWhatIsAllowedForThirtySeconds(burst: Double, newRate: Double) {
        // A limit that falls to a quarter, beside chance, takes longer to be told from it.
        for (latency, share) in [(0.1, 0.0), (0.5, 0), (2, 0), (0.5, 0.03)] where share == 0 || newRate > 12 {
            var simulation = PaceSimulation(
                jobs: 7_500 + Int(150 * newRate), limits: Limits(concurrency: 512),
                counting: .bucket(rate: 50, burst: burst, changes: [(at: 150_000, rate: newRate)]), latency: latency)
            simulation.chance = [(0, share)]
            let figures = simulation.run()
            let end = min(figures.seconds, 290)
            for from in stride(from: 30.0, to: end - 30, by: 5) where from >= 180 || from + 30 <= 150 {
                let allowed = from < 150 ? 50 : newRate
                let taken = figures.rate(from: from, to: from + 30)
                #expect(taken >= 0.5 * allowed, "\(latency) s, \(share) by chance: \(taken)/s from \(from) s on")
            }
        }
    }
}
