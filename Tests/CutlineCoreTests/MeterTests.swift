import TestSupport
import Testing

@testable import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Limits that come in several windows and kinds.
struct MeterTests {
    private func lane(_ windows: [MeterKind: [RateLimit]]) -> Lane { Lane(limits: Limits(concurrency: 1_000, windows: windows), at: at(0)) }

    private let call = CallUnits(inputTokens: 100, outputTokens: 10)

    /// Sends all that may be sent until `end`, each call answered at once.
    private func sent(_ lane: inout Lane, from start: Timestamp = at(0), until end: Timestamp) -> [Timestamp] {
        var (now, times) = (start, [Timestamp]())
        while now < end {
            switch lane.tryReserve(call, at: now) {
            case nil:
                times.append(now)
                _ = lane.apply(.answered(Usage()), model: "m", reserved: call, startedAt: now, at: now)
            case .until(let time, _): now = time
            case let other: Issue.record("\(String(describing: other))")
            }
        }
        return times
    }

    @Test func ofSeveralWindowsTheTightestHolds() {
        var lane = lane([.requests: [.perMinute(15), .perDay(40)]])
        let times = sent(&lane, until: at(23 * 3_600_000))
        #expect(times.count == 40)
        for start in times { #expect(times.count { $0 >= start && $0 < start + .seconds(60) } <= 15) }
        #expect(times[39] - times[0] >= .seconds(120) && times[39] - times[0] < .seconds(200))
        guard case .until(let next, .limit(.requests, let window))? = lane.tryReserve(call, at: at(23 * 3_600_000)) else {
            Issue.record("nothing holds")
            return
        }
        #expect(window == .perDay(40) && next >= at(86_400_000))
    }

    /// 12:00 UTC is midnight nowhere near; the fixtures begin at noon of 20 November 2026.
    @Test func aFixedDayBeginsAnewAtItsHourInItsZone() throws {
        let day = RateLimit(count: 3, resets: try DailyReset("00:00 America/Los_Angeles"))
        let midnight = try #require(day.resets?.day(of: at(0)).upperBound)
        var lane = lane([.requests: [.perMinute(15), day]])
        let times = sent(&lane, until: midnight + .seconds(86_399))
        #expect(times.count == 6 && times[2] < at(600_000) && times[3] >= midnight && times[3] < midnight + .seconds(1))
        #expect(lane.tryReserve(call, at: midnight + .seconds(86_399)) == .until(midnight + .seconds(86_400), .limit(.requests, day)))
    }

    @Test func theDayWhenClocksAreSetBackHasAnHourMore() throws {
        let day = RateLimit(count: 2, resets: try DailyReset("00:00 America/Los_Angeles"))
        let start = try #require(Timestamp(iso8601: "2026-11-01T07:00"))
        var lane = Lane(limits: Limits(concurrency: nil, windows: [.requests: [day]]), at: start)
        let times = sent(&lane, from: start, until: start + .seconds(25 * 3_600 + 1))
        #expect(times.count == 3 && times[2] == start + .seconds(25 * 3_600))
    }

    @Test func aCallThatIsUnderWayAtTheResetCountsForBothDays() throws {
        let day = RateLimit(count: 2, resets: try DailyReset("00:00"))
        let midnight = try #require(day.resets?.day(of: at(0)).upperBound)
        var lane = lane([.requests: [day]])
        let before = midnight + .seconds(-31)
        #expect(lane.tryReserve(call, at: before) == nil)
        #expect(lane.tryReserve(call, at: midnight + .seconds(40)) == nil)
        #expect(lane.tryReserve(call, at: midnight + .seconds(90)) == .until(midnight + .seconds(86_400), .limit(.requests, day)))
        // It was not even sent: the day has room for another one.
        _ = lane.apply(.notSent, model: "m", reserved: call, startedAt: before, at: midnight + .seconds(91))
        #expect(lane.tryReserve(call, at: midnight + .seconds(92)) == nil)
    }

    @Test func inputAndOutputAreCountedApart() {
        for (kind, count) in [(MeterKind.inputTokens, 1_000), (.outputTokens, 100), (.tokens, 1_100)] {
            var lane = lane([kind: [.perMinute(count)]])
            let times = sent(&lane, until: at(60_000))
            #expect((9...10).contains(times.count), "\(kind)")
            guard case .until(_, .limit(kind, _))? = lane.tryReserve(call, at: at(60_000)) else {
                Issue.record("\(kind) does not hold")
                continue
            }
        }
    }

    @Test(arguments: [
        (MeterKind.inputTokens, Usage(inputTokens: 300, outputTokens: 1)), (.outputTokens, Usage(inputTokens: 1, outputTokens: 30)),
        (.tokens, Usage(inputTokens: 300, outputTokens: 30)), (.tokens, Usage(inputTokens: 1, outputTokens: 1, tokensAtMost: 330)),
    ])
    func whatACallUsedIsCountedWhereItIsTold(kind: MeterKind, usage: Usage) throws {
        var lane = lane([kind: [.perMinute(1_000)]])
        #expect(lane.tryReserve(call, at: at(0)) == nil)
        _ = lane.apply(.answered(usage), model: "m", reserved: call, startedAt: at(0), at: at(1))
        let pace = try #require(lane.meters(at: at(1)).windows.first).pace
        #expect(pace.used == 3 * call[kind])
    }

    @Test func whatAnAnswerDoesNotTellStaysAsItWasReserved() throws {
        var lane = lane([.inputTokens: [.perMinute(1_000)], .outputTokens: [.perMinute(1_000)]])
        #expect(lane.tryReserve(call, at: at(0)) == nil)
        _ = lane.apply(.answered(Usage(outputTokens: 25)), model: "m", reserved: call, startedAt: at(0), at: at(1))
        #expect(lane.meters(at: at(1)).windows.map(\.pace.used) == [100, 25])
    }

    @Test func aRestartKeepsWhatWasCounted() throws {
        let day = RateLimit(count: 3, resets: try DailyReset("00:00"))
        var lane = lane([.requests: [.perMinute(15), day]])
        #expect(sent(&lane, until: at(600_000)).count == 3)
        var stored = try JSONDecoder().decode(Lane.self, from: JSONEncoder().encode(lane))
        #expect(stored == lane)
        stored.adopt(lane.limits, at: at(600_000))
        #expect(sent(&stored, from: at(600_000), until: at(1_200_000)).isEmpty)
    }

    /// Also where one run in between knew nothing of the limit, and where another count is told.
    @Test(arguments: [[], [RateLimit.perMinute(15)]] as [[RateLimit]])
    func aWindowThatIsToldAgainRemembersWhatWasSpentInIt(between: [RateLimit]) {
        var lane = lane([.requests: [.perDay(5)]])
        #expect(sent(&lane, until: at(600_000)).count == 5)
        lane.adopt(Limits(concurrency: 1_000, windows: [.requests: between]), at: at(600_000))
        #expect(lane.tryReserve(call, at: at(600_000)) == nil)
        lane.adopt(Limits(concurrency: 1_000, windows: [.requests: [.perDay(7), .perMinute(60)]]), at: at(700_000))
        #expect(sent(&lane, from: at(700_000), until: at(1_300_000)).count == 1)
    }

    @Test func aLimitOfADayAloneLeavesThePaceToBeFound() {
        var lane = lane([.requests: [.perDay(10_000)]])
        for index in 0..<20 as Range<Int64> { #expect(lane.tryReserve(call, at: at(index * 100)) == nil) }
        let refusal = Failure(.rateLimited, "slow down", status: 429)
        _ = lane.apply(.failed(refusal), model: "m", reserved: call, startedAt: at(1_900), at: at(1_920))
        #expect(lane.tryReserve(call, at: at(2_920)) == nil)
        guard case .until(_, .pace)? = lane.tryReserve(call, at: at(2_920)) else {
            Issue.record("no pace was found")
            return
        }
    }

    /// A good answer says that nothing is left for three seconds.
    @Test(arguments: MeterKind.allCases, [true, false])
    func nothingLeftIsObeyedWholeWhateverWasTold(kind: MeterKind, isTold: Bool) {
        var lane = lane(isTold ? [kind: [.perMinute(100_000)]] : [:])
        #expect(lane.tryReserve(call, at: at(0)) == nil)
        _ = lane.apply(.answered(Usage()), model: "m", reserved: call, startedAt: at(0), at: at(500))
        lane.observe(
            Announced([kind: Announced.Allowance(limit: 100_000, remaining: 0, resetsIn: .seconds(3))]), startedAt: at(0), at: at(500))
        #expect(lane.tryReserve(call, at: at(3_499)) == .until(at(3_500), .limit(kind, nil)))
        #expect(lane.tryReserve(call, at: at(3_500)) == nil)
    }

    @Test func whatAHeaderLeavesNeverLoosensATold() {
        var lane = lane([.inputTokens: [.perMinute(1_000)]])
        #expect(lane.tryReserve(CallUnits(inputTokens: 1_000, outputTokens: 0), at: at(0)) == nil)
        lane.observe(Announced([.inputTokens: .init(limit: 9_000, remaining: 9_000, resetsIn: .seconds(60))]), startedAt: at(0), at: at(1))
        #expect(lane.tryReserve(call, at: at(1_000)) != nil)
    }

    /// Any windows of all kinds, calls of any size that take their time: none ever holds more than it may.
    @Test(arguments: 0..<40 as Range<UInt64>) func noWindowEverHoldsMore(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let reset = try DailyReset("12:0\(seed % 10) UTC")
        let windows: [MeterKind: [RateLimit]] = [
            .requests: [
                .perMinute(.random(in: 1...30, using: &random)), RateLimit(count: .random(in: 5...60, using: &random), resets: reset),
            ],
            .outputTokens: [.perMinute(.random(in: 100...900, using: &random)), RateLimit(count: 3_000, window: 300)],
        ]
        var lane = lane(windows)
        var (now, sent, ended) = (at(0), [(time: Timestamp, units: CallUnits)](), 0)
        while sent.count < 150, now < at(1_800_000) {
            let next = CallUnits(inputTokens: 1_000, outputTokens: .random(in: 1...100, using: &random))
            while ended < sent.count, sent[ended].time + .seconds(5) <= now {
                _ = lane.apply(.answered(Usage()), model: "m", reserved: sent[ended].units, startedAt: sent[ended].time, at: now)
                ended += 1
            }
            switch lane.tryReserve(next, at: now) {
            case nil: sent.append((now, next))
            case .until(let time, _):
                now = ended < sent.count ? min(time, max(sent[ended].time + .seconds(5), now + .milliseconds(1))) : time
            case let other: return #expect(other == nil)
            }
        }
        #expect(sent.count > 3)
        for (kind, limits) in windows {
            for limit in limits {
                for first in sent {
                    let end = limit.resets?.day(of: first.time).upperBound ?? first.time + .milliseconds(Int64(limit.window * 1_000))
                    let held = sent.filter { $0.time >= first.time && $0.time < end }.reduce(0) { $0 + $1.units[kind] }
                    #expect(held <= limit.count, "\(kind) \(limit)")
                }
            }
        }
    }

    @Test func aTightLimitIsUsed() {
        let counting = Counting.fixedWindow(count: 450, seconds: 30, offset: 7_000)
        for (limit, counting) in [(RateLimit(count: 450, window: 30), counting), (.perMinute(500), .bucket(rate: 500.0 / 60, burst: 500))] {
            var simulation = PaceSimulation(jobs: 3_000, limits: Limits(requests: limit), counting: counting, latency: 0.5)
            simulation.announcing = .asOfTheEnd
            let figures = simulation.run()
            #expect(figures.refusals == 0 && figures.seconds <= 1.05 * 3_000 * limit.window / Double(limit.count) + 1, "\(figures.seconds)")
        }
    }
}
