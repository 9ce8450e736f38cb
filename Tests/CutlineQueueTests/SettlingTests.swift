import CutlineCore
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct SettlingTests {
    @Test func captionIsStoredWithAllThatCameWithIt() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let usage = Usage(inputTokens: 300, outputTokens: 50, cachedTokens: 100, cost: Money(nanodollars: 1_234), costSource: .reported)
        var caption = Caption(
            text: "Böte\n\u{1F6A2}", finishReason: .length, resolvedModel: "sim-1-0001", usage: usage, requestID: "req-1")
        #expect(try fixture.settle(fixture.claimOne(), .caption(caption), at: .after(1)) == .accepted)
        let record = try fixture.queue.records()[0]
        caption.flags = [.truncated]
        #expect(record.caption == caption)
        #expect(record.attempts == 1 && record.latency == .milliseconds(250) && record.finishedAt == .after(1))
    }

    @Test func oneBadSettlementDoesNotBlockTheOthers() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let claims = try fixture.claim(2)
        var stranger = Settlement.of(claims[0], .text("whose?"))
        stranger.attempt = AttemptID(4_711)
        let effects = try fixture.turn([.of(claims[0], .text("a")), stranger, .of(claims[1], .text("b"))]).settled.map(\.effect)
        #expect(effects == [.accepted, .rejected(reason: "no such attempt"), .accepted])
    }

    /// The sum of the tokens does not fit into the column: the schema refuses the row.
    @Test func settlementThatTheSchemaRefusesLeavesItsCallOpen() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let claims = try fixture.claim(3)
        let huge = Outcome.text("b", tokens: .max)
        let effects = try fixture.turn([.of(claims[0], .text("a")), .of(claims[1], huge), .of(claims[2], .text("c"))]).settled.map(\.effect)
        guard case .rejected = effects[1] else { return #expect(Bool(false), "\(effects)") }
        #expect(effects[0] == .accepted && effects[2] == .accepted)
        #expect(try fixture.state(claims[1]) == .running)
        #expect(try fixture.lane().inFlight == 1, "the lane must not hear of what was not stored")
    }

    @Test func absurdUsageDoesNotStopTheQueue() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        #expect(try fixture.settle(fixture.claimOne(), .text("a", tokens: .max)) == .accepted)
        #expect(try fixture.claim().count == 1)
    }

    @Test func whatWasNotSentIsNoAttempt() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        #expect(try fixture.settle(fixture.claimOne(), .notSent("stopping")) == .released)
        #expect(try fixture.show("0.jpg").record.attempts == 0)
        #expect(try fixture.status().attempts == 0)
        #expect(try fixture.claimOne().n == 2, "the number of a call is never used twice")
    }

    @Test func overloadThatNamesAWaitIsNoAttempt() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let overloaded = Outcome.failed(.overloaded, status: 503, retryAfter: .seconds(3))
        #expect(try fixture.settle(fixture.claimOne(), overloaded) == .released)
        #expect(try fixture.status().attempts == 0)
        #expect(try fixture.claim(at: .after(2)).isEmpty)
        #expect(try fixture.claim(at: .after(3)).count == 1)
    }

    @Test func permanentFailureFailsTheJobAtOnce() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        #expect(try fixture.settle(fixture.claimOne(), .permanent, at: .after(1)) == .failed)
        let record = try fixture.queue.records()[0]
        #expect(record.state == .failed && record.finishedAt == .after(1))
        #expect(record.problem == .init(kind: .imageRejected, status: 400, message: "said the provider"))
    }

    @Test func lastAttemptFailsTheJob() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 3), pictures: 0..<1)
        let effects = try (0..<3).map {
            try fixture.settle(fixture.claimOne(at: .after(Double($0) * 100)), .transient, at: .after(Double($0) * 100))
        }
        #expect(effects == [.retries(after: .seconds(1)), .retries(after: .seconds(1)), .failed])
        #expect(try fixture.show("0.jpg").record.attempts == 3)
    }

    @Test func refusalsDoNotUseUpTheAttempts() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 1), pictures: 0..<1)
        for round in 0..<5 {
            let now = Timestamp.after(Double(round) * 100)
            #expect(try fixture.settle(fixture.claimOne(at: now), .failed(.rateLimited, status: 429), at: now) == .released)
        }
        #expect(try fixture.settle(fixture.claimOne(at: .after(900)), .transient, at: .after(900)) == .failed)
    }

    @Test func policyOfTheLastRunDecides() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 1), pictures: 0..<1)
        let claim = try fixture.claimOne()
        _ = try fixture.queue.openBatch(.make(), policy: RetryPolicy(maxAttempts: 2), limits: Limits(), now: .start)
        #expect(try fixture.settle(claim, .transient) == .retries(after: .seconds(1)))
    }

    @Test(arguments: [(0, 1_000), (0.5, 2_000), (1, 3_000)])
    func delayFollowsTheJitter(jitter: Double, milliseconds: Int) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        #expect(try fixture.settle(fixture.claimOne(), .transient, jitter: jitter) == .retries(after: .milliseconds(milliseconds)))
    }

    @Test func unansweredCallIsRepeatedOnceThenItsJobIsHeld() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        #expect(try fixture.settle(fixture.claimOne(), .unanswered) == .retries(after: .seconds(1)))
        #expect(try fixture.settle(fixture.claimOne(at: .after(9)), .unanswered, at: .after(9)) == .held)
        let job = try fixture.show("0.jpg")
        #expect(job.attempts.map(\.phase) == [.unknown, .unknown] && job.attempts.map(\.billed) == [.unknown, .unknown])
        #expect(job.record.problem?.kind == .timeout && job.record.attempts == 2)
        #expect(try fixture.status().unknownAttempts == 2)
    }

    @Test func holdPolicyHoldsAtTheFirstUnansweredCall() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(onUnknown: .hold), pictures: 0..<1)
        #expect(try fixture.settle(fixture.claimOne(), .unanswered) == .held)
    }

    @Test func releaseRefillsTheBudgets() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(onUnknown: .retry(times: 0)), pictures: 0..<1)
        #expect(try fixture.settle(fixture.claimOne(), .unanswered) == .held)
        #expect(try fixture.queue.release().count == 1)
        #expect(try fixture.queue.number("SELECT unanswered FROM jobs") == 0)
        #expect(try fixture.settle(fixture.claimOne(), .text("a")) == .accepted)
        #expect(try fixture.show("0.jpg").record.attempts == 2, "what was paid for stays counted")
    }

    @Test func retryRefillsTheBudgets() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 1), pictures: 0..<1)
        #expect(try fixture.settle(fixture.claimOne(), .transient) == .failed)
        #expect(try fixture.queue.release().count == 0)
        #expect(try fixture.queue.retry().count == 1)
        #expect(try fixture.settle(fixture.claimOne(), .transient) == .failed)
    }

    @Test func silenceOfMoreThanTwentyCallsPausesTheLane() throws {
        let fixture = try Fixture.make(pictures: 0..<22)
        let claims = try fixture.claim(22)
        #expect(try fixture.pauses(after: claims[..<20]).isEmpty)
        let pauses = try fixture.pauses(after: claims[20...20])
        #expect(pauses.map(\.kind) == [.timeout])
        #expect(pauses.first?.message.hasPrefix("21 of 21 calls") == true)
    }

    @Test func silenceOfOnePercentIsAllowed() throws {
        let fixture = try Fixture.make(pictures: 0..<3_040)
        let claims = try fixture.claim(3_040)
        _ = try fixture.turn(claims.prefix(3_000).map { .of($0, .text("a")) })
        #expect(try fixture.pauses(after: claims[3_000..<3_030]).isEmpty)
        #expect(try fixture.pauses(after: claims[3_030...3_030]).count == 1)
    }

    @Test func silenceThatAPersonKnowsOfIsForgivenOnce() throws {
        let fixture = try Fixture.make(pictures: 0..<99)
        let claims = try fixture.claim(80)
        #expect(try fixture.pauses(after: claims[..<21]).count == 1)
        try fixture.queue.resumeLanes(.all)
        #expect(try fixture.pauses(after: claims[21..<41]).isEmpty, "20 more are allowed")
        try fixture.queue.resumeLanes(.batch(fixture.batch))
        let pauses = try fixture.pauses(after: claims[41...41])
        #expect(pauses.first?.message.hasPrefix("21 of 21 calls") == true, "a worker more forgives nothing while nothing is paused")
        try fixture.queue.resumeLanes(.all)
        #expect(try fixture.pauses(after: claims[42..<62]).isEmpty)
        #expect(try fixture.pauses(after: claims[62...62]).count == 1)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func ownCrashesAreNotTheProvidersSilence() throws {
        let fixture = try Fixture.make(pictures: 0..<40)
        _ = try fixture.claim(40)
        #expect(try fixture.queue.rescue(except: nil, now: .after(361)).attempts == 40)
        #expect(try fixture.lane().paused == nil)
        #expect(try fixture.claim(40, at: .after(361)).count == 40)
    }
}

extension Fixture {
    /// The pauses that these calls bring when none is answered within 300 s.
    fileprivate func pauses(after claims: ArraySlice<Claim>) throws -> [Pause] {
        let now = Timestamp.after(300)
        return try turn(claims.map { .of($0, .unanswered, at: now) }, at: now).actions.compactMap {
            guard case .paused(let pause) = $0.action else { return nil }
            return pause
        }
    }
}
