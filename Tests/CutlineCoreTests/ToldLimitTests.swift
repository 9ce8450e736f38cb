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
