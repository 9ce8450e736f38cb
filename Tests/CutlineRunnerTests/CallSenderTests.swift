import CutlineCore
import CutlineProvider
import CutlineQueue
import Testing

@testable import CutlineRunner

@Suite(.timeLimit(.minutes(15))) struct CallSenderTests {
    private struct Trouble: Error {}

    private func outcome(profile: Profile, after delay: Duration = .zero) async throws -> Outcome {
        let harness = try RunnerHarness()
        let settings = BatchSettings(name: "second", profile: profile, model: "m", prompt: "What is it?")
        let batch = try harness.queue.openBatch(settings, policy: RetryPolicy(), limits: Limits(), now: harness.clock.now())
        try harness.add(0..<1, to: batch)
        let claim = try harness.claim(1, by: try harness.startWorker("one"))[0]
        harness.clock.leap(delay)
        let client = ProviderClient(connections: 1, now: harness.clock.now)
        let sender = CallSender(
            client: client, queue: harness.queue.reader, timeout: .seconds(5), key: { _ in nil }, simulator: { throw Trouble() })
        let outcome = await sender.call(claim, CallProgress(now: harness.clock.now))
        await client.shutdown()
        return outcome
    }

    @Test func withoutItsKeyNothingIsSent() async throws {
        let outcome = try await outcome(profile: Profile(name: "p", baseURL: "https://provider.invalid", apiKeyEnv: "P_KEY"))
        let sentence = "there is no API key: set the environment variable P_KEY"
        #expect(outcome == .failure(Failure(.unauthorized, sentence)))
    }

    /// A laptop that slept between the claim and the call: the lease may be somebody else's by now.
    @Test func whatWasClaimedTooLongAgoIsNotSent() async throws {
        let nobody = Profile(name: "p", baseURL: "http://127.0.0.1:1", auth: Auth(isRequired: false))
        guard case .failure(let failure) = try await outcome(profile: nobody) else {
            Issue.record("it should have been tried")
            return
        }
        #expect(failure.kind == .unreachable)
        guard case .notSent = try await outcome(profile: nobody, after: .seconds(360)) else {
            Issue.record("it was tried")
            return
        }
    }

    @Test func aSimulatorThatDoesNotStartIsUnreachable() async throws {
        let outcome = try await outcome(profile: Profile(name: "simulator"))
        #expect(outcome == .failure(Failure(.unreachable, "the simulator cannot be started: Trouble()")))
    }

    /// A run in another process gave the batch another key's name, and the next call knows.
    @Test func whatALaterRunChangesIsUsedAtOnce() async throws {
        let harness = try RunnerHarness()
        func open(_ variable: String) throws -> BatchID {
            let profile = Profile(name: "p", baseURL: "https://provider.invalid", apiKeyEnv: variable)
            let settings = BatchSettings(name: "second", profile: profile, model: "m", prompt: "What is it?")
            return try harness.anotherQueue().openBatch(settings, policy: RetryPolicy(), limits: Limits(), now: harness.clock.now())
        }
        let batch = try open("OLD_KEY")
        try harness.add(0..<2, to: batch)
        let claims = try harness.claim(2, by: try harness.startWorker("one"))
        let client = ProviderClient(connections: 1, now: harness.clock.now)
        let sender = CallSender(
            client: client, queue: harness.queue.reader, timeout: .seconds(5), key: { _ in nil }, simulator: { throw Trouble() })
        for (claim, variable) in zip(claims, ["OLD_KEY", "NEW_KEY"]) {
            _ = try open(variable)
            let sentence = "there is no API key: set the environment variable \(variable)"
            #expect(await sender.call(claim, CallProgress(now: harness.clock.now)) == .failure(Failure(.unauthorized, sentence)))
        }
        await client.shutdown()
    }
}
