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
}
