import CutlineCore
import CutlineQueue
import Synchronization
import Testing

@testable import CutlineRunner

/// A run whose time for flex is over.
@Suite(.timeLimit(.minutes(15))) struct FlexTests {
    private func harness(_ flex: FlexTerms?) throws -> RunnerHarness {
        let harness = try RunnerHarness(policy: RetryPolicy(flex: flex))
        var profile = Profile(name: "sells flex")
        profile.tierMember = "service_tier"
        let settings = BatchSettings(name: "second", profile: profile, model: "m", prompt: "What is it?")
        let batch = try harness.queue.openBatch(
            settings, policy: RetryPolicy(flex: flex), limits: Limits(concurrency: 2), now: harness.clock.now())
        try harness.add(0..<9, to: batch)
        return harness
    }

    private func tiers(_ harness: RunnerHarness) async throws -> [ServiceTier] {
        let seen = Mutex<[ServiceTier]>([])
        let end = try await harness.runner { claim in
            seen.withLock { $0.append(claim.request.tier) }
            return claim.caption
        }.run()
        #expect(end.isFinished)
        return seen.withLock(\.self)
    }

    @Test func theRestGoesOnAtTheStandardTierAndThatIsSaidOnce() async throws {
        let clock = TestClock()
        let harness = try harness(FlexTerms(deadline: .seconds(60), from: clock.now()))
        harness.clock.leap(.seconds(60))
        #expect(try await tiers(harness) == Array(repeating: .standard, count: 9))
        #expect(harness.log.events.count { if case .flexIsOver = $0 { true } else { false } } == 1)
    }

    @Test func beforeThatNothingIsSaid() async throws {
        let harness = try harness(FlexTerms())
        #expect(try await tiers(harness) == Array(repeating: .flex, count: 9))
        #expect(!harness.log.events.contains { if case .flexIsOver = $0 { true } else { false } })
    }

    @Test func aCallAtFlexMayTakeLonger() {
        #expect(RunnerOptions(scope: .all, timeout: .seconds(10), flexTimeout: .seconds(30)).flexLease == .seconds(150))
        #expect(RunnerOptions(scope: .all, timeout: .seconds(10)).flexLease == .seconds(130))
    }
}
