import Testing

@testable import CutlineCore

/// Whose fault a failure is: the job's, the model's or the lane's.
struct BlameTests {
    private var lane = Lane(limits: Limits(concurrency: 100), at: at(0))
    private var now: Int64 = 0

    /// A call a second later that ends at once.
    private mutating func end(_ event: LaneEvent, job: Int64 = 1, model: String = "m", others: Bool = true, answered: Bool = false)
        -> [LaneAction]
    {
        now += 1_000
        #expect(lane.tryReserve(model: model, estimatedTokens: 0, at: at(now)) == nil)
        let evidence = JobEvidence(job: JobID(job), othersWereAnswered: answered, othersWait: others)
        return lane.apply(event, model: model, estimatedTokens: 0, startedAt: at(now), at: at(now), evidence: evidence)
    }

    private func failed(_ kind: FailureClass, _ status: Int? = nil, retryAfter: Duration? = nil, excess: Excess? = nil) -> LaneEvent {
        .failed(Failure(kind, "no", status: status, retryAfter: retryAfter, excess: excess))
    }

    private func blame(_ kind: FailureClass, job: Int64 = 1, others: Bool = true, answered: Bool = false, excess: Excess? = nil) -> Blame? {
        lane.blame(
            for: Failure(kind, "no", status: 400, excess: excess), model: "m", startedAt: at(now),
            evidence: JobEvidence(job: JobID(job), othersWereAnswered: answered, othersWait: others), at: at(now))
    }

    // MARK: - A second look

    @Test(arguments: [FailureClass.unauthorized, .quotaExhausted, .forbidden, .wrongEndpoint, .modelNotFound])
    mutating func afterAnAnswerAStrayRefusalPausesNothing(kind: FailureClass) {
        _ = end(.answered(usedTokens: 1))
        for _ in 0..<3 {
            let actions = end(failed(kind, 401))
            #expect(actions.count == 1 && lane.paused == nil)
            if case .looks(let again, _)? = actions.first { now = max(now, again.milliseconds) }
            #expect(end(.answered(usedTokens: 1), job: 2) == [])
        }
    }

    @Test(arguments: [
        (FailureClass.unauthorized, [3, 60]), (.quotaExhausted, [3, 60]), (.forbidden, [0, 3, 60]), (.wrongEndpoint, [0, 3, 60]),
    ])
    mutating func aRefusalThatStaysPausesAfterItsLooks(kind: FailureClass, waits: [Int64]) {
        _ = end(.answered(usedTokens: 1))
        for (number, wait) in waits.enumerated() {
            #expect(end(failed(kind, 401), job: Int64(number)) == [.looks(again: at(now + wait * 1_000), message: "no")])
            #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now + wait * 1_000 - 1)) != nil || wait == 0)
            now += wait * 1_000
        }
        guard case .paused(let pause)? = end(failed(kind, 401), job: 9).first else { return #expect(Bool(false), "no pause") }
        #expect(pause.kind == kind && pause.model == (kind.concerns == .key ? nil : "m"))
    }

    @Test mutating func whileItLooksOneCallIsUnderWay() {
        _ = end(.answered(usedTokens: 1))
        _ = end(failed(.forbidden, 403))
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == nil)
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == .slots)
        #expect(lane.tryReserve(model: "other", estimatedTokens: 0, at: at(now)) == nil)
        lane.forget(CallUnits(inputTokens: 0, outputTokens: 0))
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == nil, "its worker died")
    }

    @Test mutating func refusalsOfCallsSentBeforeTheLookAreTheSameEvent() {
        _ = end(.answered(usedTokens: 1))
        for _ in 0..<20 { #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == nil) }
        let actions = (0..<20).flatMap {
            lane.apply(failed(.unauthorized, 401), model: "m", estimatedTokens: 0, startedAt: at(now), at: at(now + 1 + $0))
        }
        #expect(actions == [.looks(again: at(now + 3_001), message: "no")])
    }

    @Test mutating func aModelThatNeverAnsweredIsPausedByASecondJob() {
        #expect(end(failed(.modelNotFound, 404), job: 1) == [.looks(again: at(now), message: "no")])
        #expect(end(failed(.modelNotFound, 404), job: 2) == [.paused(Pause(kind: .modelNotFound, message: "no", model: "m"))])
        #expect(end(.answered(usedTokens: 1), model: "other") == [])
        #expect(lane.paused == nil && lane.pausedModels.map(\.model) == ["m"])
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) != nil)
    }

    @Test mutating func theOnlyJobThereIsPausesItAtOnce() {
        #expect(end(failed(.modelNotFound, 404), others: false) == [.paused(Pause(kind: .modelNotFound, message: "no", model: "m"))])
    }

    @Test mutating func resumingForgetsWhatWasAnsweredBefore() {
        _ = end(.answered(usedTokens: 1))
        lane.resume()
        #expect(end(failed(.unauthorized, 401)) == [.paused(Pause(kind: .unauthorized, message: "no"))])
    }

    // MARK: - A picture's fault

    @Test mutating func whoIsRefusedAloneThoughOthersWereAnsweredIsAtFault() {
        _ = end(.answered(usedTokens: 1))
        #expect(blame(.forbidden) == .lane)
        #expect(blame(.forbidden, answered: true) == .job)
        #expect(end(failed(.forbidden, 403), answered: true) == [])
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == nil)
    }

    @Test mutating func theLastJobOfAllIsAtFaultItselfAfterItsLooks() {
        _ = end(.answered(usedTokens: 1))
        for wait in [3_000, 60_000] as [Int64] {
            #expect(blame(.forbidden, others: false) == .lane)
            _ = end(failed(.forbidden, 403), others: false)
            now += wait
        }
        now += 1_000
        #expect(blame(.forbidden, others: false) == .job)
        now -= 1_000
        #expect(end(failed(.forbidden, 403), others: false) == [] && lane.paused == nil)
    }

    @Test mutating func fiveBadPicturesInARowAreAtFaultWhereAnotherJobIsAnswered() {
        for job in 1...4 as ClosedRange<Int64> { #expect(end(failed(.invalidRequest, 400), job: job) == []) }
        #expect(end(failed(.invalidRequest, 400), job: 5) == [.looks(again: at(now), message: "no")])
        #expect(lane.looksElsewhere(for: "m"))
        #expect(blame(.invalidRequest, job: 6) == .lane)
        #expect(end(.answered(usedTokens: 1), job: 99) == [] && !lane.looksElsewhere(for: "m"))
    }

    // MARK: - What can never fit

    private let excess = Excess(limit: 6_000, requested: 12_328)

    @Test mutating func whatCanNeverFitHoldsNobodyBack() {
        #expect(end(failed(.rateLimited, 413, excess: excess)) == [])
        #expect(lane.learnedRate == nil)
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == nil)
    }

    @Test mutating func itIsTooLargeOnceACallAloneInAnEmptyWindowShowedIt() {
        _ = end(.answered(usedTokens: 1))
        _ = end(failed(.rateLimited, 413, excess: excess))
        #expect(blame(.rateLimited, excess: excess) == .excess(isConfirmed: false), "a call was taken just before")
        now += 60_000
        #expect(blame(.rateLimited, excess: excess) == .excess(isConfirmed: true))
        _ = end(failed(.rateLimited, 413, excess: excess))
        _ = end(.answered(usedTokens: 1))
        #expect(blame(.rateLimited, excess: Excess(limit: 6_000, requested: 6_001)) == .excess(isConfirmed: true), "the limit is known")
    }

    @Test mutating func anotherCallUnderWayIsNoEmptyWindow() {
        for _ in 0..<2 { #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == nil) }
        #expect(blame(.rateLimited, excess: excess) == .excess(isConfirmed: false))
    }

    // MARK: - Waits that are doubted

    @Test(arguments: [
        (FailureClass.rateLimited, Duration.seconds(600), Duration.seconds(600)), (.rateLimited, .seconds(31 * 86_400), .seconds(300)),
        (.quotaExhausted, .seconds(86_000), .seconds(86_000)), (.quotaExhausted, .seconds(31 * 86_400), .seconds(300)),
        (.rateLimited, .seconds(7_200), .seconds(7_200)),
        (.overloaded, .seconds(28_800), .seconds(300)),
    ])
    mutating func aWaitIsBelievedWhereItFitsWhatWasRefused(kind: FailureClass, told: Duration, kept: Duration) {
        let actions = end(failed(kind, 429, retryAfter: told))
        #expect(lane.blockedUntil == at(now) + kept)
        let expected: LaneAction =
            told == kept
            ? .blocked(until: at(now) + kept, message: "no") : .doubted(told: at(now) + told, until: at(now) + kept, message: "no")
        #expect(actions == [expected])
    }

    @Test mutating func afterADoubtedWaitOneCallShowsWhetherItIsOver() {
        _ = end(failed(.quotaExhausted, 429, retryAfter: .seconds(31 * 86_400)))
        now += 300_000
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == nil)
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == .slots)
        _ = lane.apply(.answered(usedTokens: 1), model: "m", estimatedTokens: 0, startedAt: at(now), at: at(now + 60_000))
        for _ in 0..<2 { #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now + 120_000)) == nil) }
    }

    // MARK: - Outages

    @Test(arguments: [(FailureClass.serverError, 502), (.overloaded, 503), (.serverError, 500), (.timeout, 504)])
    mutating func fiveServerErrorsInARowAreAnOutageAndGiveTheirJobsBack(kind: FailureClass, status: Int) throws {
        for job in 1...4 as ClosedRange<Int64> { #expect(end(failed(kind, status), job: job) == []) }
        let actions = end(failed(kind, status), job: 5)
        let outage = try #require(lane.outage)
        #expect(outage.since == at(1_000) && outage.status == status && outage.nextTry == at(now + 5_000))
        #expect(actions == [.opened(outage), .recalled((1...5).map { JobID($0) })])
        #expect(blame(.serverError, job: 6) == .lane)
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now + 4_999)) == .outage(outage))
        now += 4_000
        #expect(end(.answered(usedTokens: 1)) == [] && lane.outage == nil)
    }

    @Test mutating func aPictureThatFailsWhileOthersAreAnsweredIsNoOutage() {
        for _ in 0..<20 { #expect(end(failed(.serverError, 500), answered: true) == []) }
        for _ in 0..<20 { #expect(end(failed(.serverError, 500), job: 7) == [], "nor is one job alone") }
        #expect(lane.outage == nil && blame(.serverError) == nil)
    }

    /// A disk that hangs may cost every job a timeout.
    @Test mutating func whatCameAboutOnThisMachineSaysNothingOfTheProvider() {
        let slots = lane.slots.current
        for job in 1...20 as ClosedRange<Int64> { #expect(end(.failed(Failure(.timeout, "not read", isLocal: true)), job: job) == []) }
        #expect(lane.outage == nil && lane.slots.current == slots)
    }

    @Test mutating func whatWasSentBeforeAnOutageAndAnsweredInItDoesNotEndIt() {
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(now)) == nil)
        for job in 1...5 as ClosedRange<Int64> { _ = end(failed(.serverError, 500), job: job) }
        _ = lane.apply(.answered(usedTokens: 1), model: "m", estimatedTokens: 0, startedAt: at(0), at: at(now + 1))
        #expect(lane.outage != nil)
    }

    /// It may be heard late, or come from the door before the provider.
    @Test mutating func aRefusalForThePaceBetweenThemIsNoSuccess() {
        for job in 1...4 as ClosedRange<Int64> { _ = end(failed(.serverError, 500), job: job) }
        _ = lane.apply(failed(.rateLimited, 429), model: "m", estimatedTokens: 0, startedAt: at(0), at: at(now))
        now += 60_000
        _ = end(failed(.serverError, 500), job: 5)
        #expect(lane.outage != nil)
    }

    @Test mutating func anOutageDoesNotTakeItsSlots() {
        for job in 1...5 as ClosedRange<Int64> { _ = end(failed(.overloaded, 503), job: job) }
        let left = lane.slots.current
        for _ in 0..<50 {
            _ = lane.apply(failed(.overloaded, 503), model: "m", estimatedTokens: 0, startedAt: at(0), at: at(now))
        }
        #expect(lane.slots.current == left)
    }

    @Test mutating func aClockThatWasSetBackDoesNotKeepItShut() {
        now = 3_600_000
        for job in 1...5 as ClosedRange<Int64> { _ = end(failed(.serverError, 500), job: job) }
        #expect(lane.tryReserve(model: "m", estimatedTokens: 0, at: at(10)) == nil)
    }
}
