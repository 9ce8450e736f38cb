import Testing

@testable import CutlineCore

struct DecisionTests {
    private enum Kind { case retry, release, fail }

    private static let expected: [FailureClass: Kind] = [
        .unauthorized: .release, .forbidden: .release, .quotaExhausted: .release, .rateLimited: .release, .overloaded: .retry,
        .serverError: .retry, .timeout: .retry, .unreachable: .release, .connectionLost: .retry, .tls: .release,
        .wrongEndpoint: .release, .modelNotFound: .release, .noVision: .fail, .imageUnreachable: .retry, .imageRejected: .fail,
        .imageUnreadable: .fail, .imageNotAllowed: .fail, .tooLarge: .fail, .contextTooLong: .fail, .contentFiltered: .fail,
        .refused: .fail,
        .emptyAnswer: .retry, .malformedAnswer: .retry, .schemaMismatch: .fail, .unsupportedParameter: .fail,
        .invalidRequest: .fail, .cancelled: .release,
    ]

    private func decide(_ failure: Failure, failures: Int = 1, jitter: Double = 0) -> Decision {
        RetryPolicy().decision(after: failure, tally: JobTally(failures: failures), jitter: jitter)
    }

    @Test(arguments: FailureClass.allCases)
    func everyClassHasItsDecision(kind: FailureClass) throws {
        switch try #require(Self.expected[kind]) {
        case .retry: #expect(decide(Failure(kind, "m")) == .retry(after: .seconds(1)))
        case .release: #expect(decide(Failure(kind, "m")) == .release)
        case .fail: #expect(decide(Failure(kind, "m")) == .fail)
        }
    }

    @Test func onlyTransientFailuresUseUpAttempts() throws {
        for kind in FailureClass.allCases {
            let decision = decide(Failure(kind, "m"), failures: 5)
            #expect(decision == (Self.expected[kind] == .release ? .release : .fail), "\(kind)")
        }
        #expect(decide(Failure(.serverError, "m"), failures: 4) == .retry(after: .seconds(1)))
    }

    /// It may turn a retry into a failure and a failure of the job into a retry, and speaks neither of the lane nor of our own reasons.
    @Test(arguments: FailureClass.allCases)
    func theProviderMaySayWhetherToRepeat(kind: FailureClass) {
        let (yes, no) = (Failure(kind, "m", isWorthRepeating: true), Failure(kind, "m", isWorthRepeating: false))
        switch kind.scope {
        case .job: #expect((decide(yes), decide(no)) == (.retry(after: .seconds(1)), .fail))
        case .lane, .ours: #expect((decide(yes), decide(no)) == (.release, .release))
        case .pace: #expect((decide(yes), decide(no)) == (.release, .fail))
        case .transient: #expect((decide(yes), decide(no)) == (decide(Failure(kind, "m")), .fail))
        }
        #expect(decide(yes, failures: 5) == (kind.scope == .job || decide(yes) != .release ? .fail : .release))
    }

    private static func dud(_ kind: FailureClass, _ billed: Billed = .unknown, _ reason: FinishReason? = nil) -> Failure {
        Failure(kind, "m", status: 200, billed: billed, finishReason: reason)
    }

    private func decide(_ dud: Failure, failures: Int = 1, askedAgain: Int, maxAttempts: Int = 5) -> Decision {
        RetryPolicy(maxAttempts: maxAttempts).decision(
            after: dud, tally: JobTally(failures: failures, askedAgain: askedAgain), jitter: 0)
    }

    /// Whatever the class is, as long as a pause of the lane is not the answer.
    @Test(arguments: FailureClass.allCases, [FinishReason?.none, .stop, .length])
    func whatWasPaidForInVainIsBoughtTwiceAtMost(kind: FailureClass, reason: FinishReason?) {
        let dud = Self.dud(kind, .yes, reason)
        switch kind.scope {
        case .lane, .pace, .ours: #expect(!dud.isDud && decide(dud) == decide(Failure(kind, "m")))
        case .job where kind != .schemaMismatch: #expect(decide(dud) == .fail, "the picture is the cause")
        case .job, .transient: #expect(decide(dud) == .askAgain(reason == .length ? .longer : .otherwise))
        }
        if dud.isDud { #expect(decide(dud, failures: 2, askedAgain: 1) == .fail) }
    }

    @Test func aDudIsAnAttemptLikeAnother() {
        #expect(decide(Self.dud(.emptyAnswer), askedAgain: 0, maxAttempts: 1) == .fail)
        #expect(decide(Self.dud(.emptyAnswer), failures: 4, askedAgain: 0) == .askAgain(.otherwise))
        #expect(decide(Self.dud(.emptyAnswer), failures: 5, askedAgain: 0) == .fail)
    }

    @Test func whatWasNotPaidForIsNoDud() {
        #expect(!Self.dud(.emptyAnswer, .no).isDud && !Self.dud(.serverError).isDud)
        #expect(decide(Self.dud(.serverError), failures: 4, askedAgain: 1) == .retry(after: .seconds(1)))
    }

    @Test func overloadThatNamesAWaitIsFree() {
        #expect(decide(Failure(.overloaded, "m", retryAfter: .seconds(3)), failures: 9) == .release)
    }

    @Test func theProvidersWaitIsALowerBound() {
        #expect(decide(Failure(.serverError, "m", retryAfter: .seconds(90))) == .retry(after: .seconds(90)))
        #expect(decide(Failure(.serverError, "m", retryAfter: .milliseconds(1))) == .retry(after: .seconds(1)))
    }

    @Test(arguments: [(1, 3), (2, 9), (3, 27), (4, 60), (5, 60), (1_000_000, 60)])
    func backoffGrowsToAMinute(failures: Int, longest: Int) {
        let policy = RetryPolicy()
        #expect(policy.backoff(failures: failures, jitter: 0) == .seconds(1))
        #expect(policy.backoff(failures: failures, jitter: 1) == .seconds(longest))
        var random = SeededGenerator(UInt64(failures))
        for _ in 0..<100 {
            let wait = policy.backoff(failures: failures, jitter: Double.random(in: 0...1, using: &random))
            #expect(wait >= .seconds(1) && wait <= .seconds(longest))
        }
    }

    @Test(arguments: [
        (OnUnknown.retry(times: nil), false, 1, 0, true), (.retry(times: nil), false, 2, 0, false), (.retry(times: nil), false, 1, 9, true),
        (.retry(times: nil), true, 9, 5, true), (.retry(times: nil), true, 0, 6, false), (.retry(times: 3), false, 2, 1, true),
        (.retry(times: 3), true, 2, 2, false), (.retry(times: 0), false, 1, 0, false), (.hold, false, 1, 0, false),
        (.hold, true, 0, 1, false),
    ])
    func unknownOutcomesAreRepeatedOrHeld(policy: OnUnknown, crashed: Bool, unanswered: Int, crashes: Int, repeats: Bool) {
        let tally = JobTally(unanswered: unanswered, crashes: crashes)
        let decision = RetryPolicy(onUnknown: policy).decision(afterUnknown: tally, crashed: crashed, jitter: 0)
        #expect(decision == (repeats ? .retry(after: crashed ? .zero : .seconds(1)) : .hold))
    }
}
