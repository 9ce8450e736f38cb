import TestSupport
import Testing

@testable import CutlineCore

/// Limits that were told, against providers that count by their own clock.
struct ToldLimitTests {
    @Test(arguments: [RateLimit(count: 50, window: 1), RateLimit(count: 450, window: 30)], [0.0, 0.5])
    func aToldLimitIsMetAndUsed(limit: RateLimit, latency: Double) {
        let countings: [Counting] =
            [0.0, 333, 12_345].map { .fixedWindow(count: limit.count, seconds: limit.window, offset: $0) }
            + [.slidingWindow(count: limit.count, seconds: limit.window)]
        for counting in countings {
            for processes in [1, 2] {
                let figures = PaceSimulation(
                    jobs: 2_000, limits: Limits(requests: limit), counting: counting, latency: latency, jitter: 0.3,
                    processes: processes, lateness: 15
                ).run()
                #expect(figures.taken.count == 2_000)
                #expect(figures.refusals == 0)
                let ideal = 2_000 * limit.window / Double(limit.count)
                #expect(figures.seconds <= 1.05 * ideal + latency * 1.3, "\(counting), \(processes) processes")
            }
        }
    }

    /// The first calls open connections and leave late, those behind them find them open: more leave in the first second than were reserved.
    @Test(arguments: [RateLimit(count: 50, window: 1), RateLimit(count: 100, window: 2), RateLimit(count: 3_000, window: 60)])
    func aCallIsCountedWhenItLeaves(limit: RateLimit) {
        for (opening, latency) in [(80, 0.0), (80, 0.5), (250, 0.1), (250, 0.5)] as [(Int64, Double)] {
            for processes in [1, 2] {
                var simulation = PaceSimulation(
                    jobs: 4_000, limits: Limits(requests: limit), counting: .slidingWindow(count: limit.count, seconds: limit.window),
                    latency: latency, processes: processes, lateness: 4)
                simulation.opening = opening
                let figures = simulation.run()
                #expect(figures.refusals == 0, "\(opening) ms to open a connection, \(latency) s")
                #expect(figures.seconds <= 1.05 * 4_000 * limit.window / Double(limit.count) + latency + 1)
                simulation.tellsOfLeaving = false
                #expect(limit.window > 30 || simulation.run().refusals > 0, "nothing was tried")
            }
        }
    }

    /// A worker that was stopped tells of ends long after they were heard: that is no clock that was set back.
    @Test(arguments: [true, false]) func anEndThatIsToldLateMovesNoWindow(isLeavingKnown: Bool) {
        let limits = Limits(requests: RateLimit(count: 3, window: 60))
        let announced = Announced([.requests: Announced.Allowance(limit: 3, remaining: 1, resetsIn: .seconds(60))])
        for event in [LaneEvent.answered(usedTokens: nil), .unanswered(Failure(.timeout, "", billed: .unknown))] {
            var lane = Lane(limits: limits, at: at(0))
            for time in [Int64(0), 20_000, 40_000] { #expect(lane.tryReserve(estimatedTokens: 0, at: at(time)) == nil) }
            for (start, heard) in [(Int64(0), Int64(1_000)), (20_000, 21_000)] {
                _ = lane.apply(
                    event, model: "m", reserved: .noTokens, startedAt: at(start), sentAt: isLeavingKnown ? at(start + 10) : nil,
                    heardAt: at(heard), at: at(45_000))
                lane.observe(announced, startedAt: at(start), heardAt: at(heard), at: at(45_000))
            }
            // Each is forgotten when its own minute is over, and not sooner.
            let used = [45_000, 59_000, 62_000, 79_000, 82_000, 99_000].map { lane.meters(at: at($0)).windows[0].pace.used }
            #expect(used == [3, 3, 2, 2, 1, 1], "\(event)")
        }
    }

    /// Somebody else's call, or a clock that counts a little otherwise: the limit is right all the same.
    @Test(arguments: [0.0, 0.5]) func aSeldomRefusalOfAToldLimitIsWaitedForAndTeachesNothing(latency: Double) {
        var simulation = PaceSimulation(
            jobs: 6_000, limits: Limits(requests: RateLimit(count: 50, window: 1)), counting: .slidingWindow(count: 50, seconds: 1),
            latency: latency)
        simulation.strays = [(at: 1_000, age: 20), (at: 1_003, age: 20), (at: 70_000, age: 20)]
        let figures = simulation.run()
        #expect(figures.lane.learnedRate == nil)
        #expect(figures.seconds <= 1.02 * 6_000 / 50 + 2 * 1.2 + latency, "\(figures.seconds) s")
    }

    @Test func aToldLimitThatIsTooHighIsLearnedFromTheSecondRefusalOn() throws {
        let figures = PaceSimulation(
            jobs: 6_000, limits: Limits(requests: RateLimit(count: 80, window: 1)), counting: .bucket(rate: 50, burst: 50), latency: 0.2
        ).run()
        let rate = try #require(figures.lane.learnedRate)
        #expect(rate > 40 && rate < 55)
        #expect(figures.refusedShare < 0.02)
        #expect(figures.seconds <= 1.1 * 6_000 / 50)
    }

    /// Else each of many that wait would wake all others by writing the lane down.
    @Test func aCallThatWaitsChangesNothing() {
        var lane = Lane(limits: Limits(concurrency: 1_000, requests: .perMinute(60), tokens: .perMinute(9_000)), at: at(0))
        while lane.tryReserve(model: "m", estimatedTokens: 100, at: at(0)) == nil {}
        let before = lane
        for time in stride(from: 10, through: 900, by: 10) as StrideThrough<Int64> {
            #expect(lane.tryReserve(model: "m", estimatedTokens: 100, at: at(time)) != nil || time > 890)
            if time < 890 { #expect(lane == before) }
        }
    }

    /// It takes what was spent along, once, and not anew with each call that asks.
    @Test func aClockThatWasSetBackDoesNotKeepTheWaitingForEver() {
        let day: Int64 = 86_400_000
        var lane = Lane(limits: Limits(concurrency: 1_000, requests: RateLimit(count: 3, window: 60)), at: at(day))
        var now = day
        for _ in 0..<3 {
            while lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) != nil { now += 1_000 }
        }
        let setBack = now - 3_600_000
        let tries = stride(from: setBack, through: setBack + 70_000, by: 1_000)
        #expect(tries.contains { lane.tryReserve(model: "m", estimatedTokens: 0, at: at($0)) == nil })
    }

    /// Jobs of 100 to 2,800 tokens whose answers take 20 s, reserved with their average.
    @Test(arguments: 0..<40 as Range<UInt64>) func noMinuteHoldsMoreTokensThanToldWhateverACallUses(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var lane = Lane(limits: Limits(concurrency: 600, tokens: .perMinute(600_000)), at: at(0))
        var (now, sent, running) = (Int64(0), [(time: Int64, used: Int, reserved: Int)](), 0)
        var (used, answered) = (0, 0)
        while sent.count < 2_500 {
            while running < sent.count, sent[running].time + 20_000 <= now {
                let call = sent[running]
                let answer = LaneEvent.answered(usedTokens: call.used)
                _ = lane.apply(answer, model: "m", estimatedTokens: call.reserved, startedAt: at(call.time), at: at(now))
                (running, used, answered) = (running + 1, used + call.used, answered + 1)
            }
            let reserved = TokenReserve.perCall(
                used: Usage(inputTokens: used, outputTokens: 0), answers: answered, answerLimit: 20)[.tokens]
            switch lane.tryReserve(estimatedTokens: reserved, at: at(now)) {
            case nil: sent.append((now, [100, 440, 780, 1_500, 2_820].randomElement(using: &random) ?? 0, reserved))
            case .until(let time, _):
                let answer = running < sent.count ? max(sent[running].time + 20_000, now + 1) : .max
                now = min((time - at(0)).milliseconds, answer)
            case let other: return #expect(other == nil)
            }
        }
        var (most, sum, first) = (0, 0, 0)
        for call in sent {
            sum += call.used
            while sent[first].time <= call.time - 60_000 { (sum, first) = (sum - sent[first].used, first + 1) }
            most = max(most, sum)
        }
        #expect(most <= 600_000)
        #expect(Double(sent.reduce(0) { $0 + $1.used }) / (Double(now) / 60_000 * 600_000) >= 0.86)
    }
}
