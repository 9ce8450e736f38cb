import CutlineCore
import CutlineProvider
import CutlineQueue
import Testing

@testable import CutlineRunner

@Suite(.timeLimit(.minutes(1))) struct CallerTests {
    private struct Trouble: Error {}

    private func outcome(profile: Profile) async throws -> Outcome {
        let place = try Workplace()
        let settings = BatchSettings(name: "second", profile: profile, model: "m", prompt: "What is it?")
        let batch = try place.queue.openBatch(settings, policy: RetryPolicy(), limits: Limits(), now: place.clock.now())
        try place.add(0..<1, to: batch)
        let claim = try place.claim(1, by: try place.startWorker("one"))[0]
        let client = ProviderClient(connections: 1, now: place.clock.now)
        let caller = Caller(
            client: client, queue: place.queue.reader, timeout: .seconds(5), key: { _ in nil }, simulator: { throw Trouble() })
        let outcome = await caller.call(claim)
        await client.shutdown()
        return outcome
    }

    @Test func withoutItsKeyNothingIsSent() async throws {
        let outcome = try await outcome(profile: Profile(name: "p", baseURL: "https://provider.invalid", apiKeyEnv: "P_KEY"))
        let sentence = "there is no API key: set the environment variable P_KEY"
        #expect(outcome == .failure(Failure(.unauthorized, sentence)))
    }

    @Test func aSimulatorThatDoesNotStartIsUnreachable() async throws {
        let outcome = try await outcome(profile: Profile(name: "simulator"))
        #expect(outcome == .failure(Failure(.unreachable, "the simulator cannot be started: Trouble()")))
    }
}
