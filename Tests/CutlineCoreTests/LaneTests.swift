import Testing

@testable import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct LaneTests {
    private func lane(_ limits: Limits = Limits(concurrency: 100)) -> Lane { Lane(limits: limits, at: at(0)) }

    /// Takes a call and hears of its end.
    private func call(_ lane: inout Lane, _ event: LaneEvent, sent: Int64, ended: Int64, tokens: Int = 0) -> [LaneAction] {
        #expect(lane.tryReserve(estimatedTokens: tokens, at: at(sent)) == nil)
        return lane.apply(event, model: "m", estimatedTokens: tokens, startedAt: at(sent), at: at(ended))
    }

    private func refused(_ wait: Duration? = nil) -> LaneEvent {
        .failed(Failure(.rateLimited, "slow down", status: 429, retryAfter: wait))
    }
    private let lost = LaneEvent.failed(Failure(.connectionLost, "reset"))

    @Test func slotsAreTakenAndFreed() {
        var lane = lane(Limits(concurrency: 2))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil)
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil)
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == .slots)
        #expect(lane.apply(.answered(usedTokens: nil), model: "m", estimatedTokens: 0, startedAt: at(0), at: at(1)) == [])
        #expect(lane.inFlight == 1)
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(1)) == nil)
        for _ in 0..<5 { lane.forget(.noTokens) }
        #expect(lane.inFlight == 0)
    }

    @Test func aRefusalThatNamesAWaitBlocksThatLong() {
        var lane = lane()
        #expect(call(&lane, refused(.seconds(7)), sent: 0, ended: 100) == [.blocked(until: at(7_100), message: "slow down")])
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(7_099)) == .until(at(7_100), .provider))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(7_100)) == nil)
    }

    @Test func refusalsWithoutAWaitDoubleItUpToAMinute() {
        var lane = lane()
        var (now, waits) = (Int64(0), [Int64]())
        for _ in 0..<8 {
            guard case .blocked(let until, _)? = call(&lane, refused(), sent: now, ended: now + 10).first else { break }
            waits.append((until - at(now + 10)).milliseconds)
            now = until.milliseconds - at(0).milliseconds
        }
        #expect(waits == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
        #expect(call(&lane, .answered(usedTokens: nil), sent: now, ended: now + 10) == [])
        #expect(call(&lane, refused(), sent: now + 2_000, ended: now + 2_010) == [.blocked(until: at(now + 3_010), message: "slow down")])
    }

    @Test func allRefusalsOfOneBurstAreOneEvent() {
        var lane = lane()
        for _ in 0..<50 { #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil) }
        let actions = (0..<50).flatMap { lane.apply(refused(), model: "m", estimatedTokens: 0, startedAt: at(0), at: at(100 + $0)) }
        #expect(actions == [.blocked(until: at(1_100), message: "slow down")])
        #expect(call(&lane, refused(), sent: 1_100, ended: 1_200) == [.blocked(until: at(3_200), message: "slow down")])
    }

    @Test func aLongerWaitInTheSameBurstIsObeyed() {
        var lane = lane()
        for _ in 0..<3 { #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil) }
        _ = lane.apply(refused(.seconds(5)), model: "m", estimatedTokens: 0, startedAt: at(0), at: at(100))
        #expect(lane.apply(refused(.seconds(9)), model: "m", estimatedTokens: 0, startedAt: at(0), at: at(200)) == [])
        #expect(lane.apply(refused(.seconds(1)), model: "m", estimatedTokens: 0, startedAt: at(0), at: at(300)) == [])
        #expect(lane.blockedUntil == at(9_200))
    }

    @Test func overloadThatNamesAWaitBlocksAndOtherOverloadDoesNot() {
        var lane = lane()
        #expect(call(&lane, .failed(Failure(.overloaded, "busy", status: 503)), sent: 0, ended: 1) == [])
        let told = LaneEvent.failed(Failure(.overloaded, "busy", status: 503, retryAfter: .seconds(2)))
        #expect(call(&lane, told, sent: 2, ended: 3) == [.blocked(until: at(2_003), message: "busy")])
    }

    @Test(arguments: [FailureClass.unauthorized, .quotaExhausted, .tls])
    func whatConcernsTheKeyPausesTheLaneAtOnceWhereNothingWasAnswered(kind: FailureClass) {
        var lane = lane()
        let failure = LaneEvent.failed(Failure(kind, "the sentence", status: 401))
        let pause = Pause(kind: kind, message: "the sentence")
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil)
        #expect(call(&lane, failure, sent: 0, ended: 1) == [.paused(pause)])
        #expect(lane.apply(failure, model: "m", estimatedTokens: 0, startedAt: at(0), at: at(2)) == [])
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(9_999_999)) == .paused(pause))
        lane.resume()
        #expect(call(&lane, failure, sent: 3, ended: 4) == [.paused(pause)])
    }

    @Test func aQuotaWithAnEndIsWaitedFor() {
        var lane = lane()
        let quota = LaneEvent.failed(Failure(.quotaExhausted, "daily", status: 429, retryAfter: .seconds(3_600)))
        #expect(call(&lane, quota, sent: 0, ended: 0) == [.blocked(until: at(3_600_000), message: "daily")])
        #expect(lane.paused == nil)
    }

    @Test func fiveTransportFailuresOpenTheBreakerAndOneProbePasses() {
        var lane = lane()
        for _ in 0..<4 { #expect(call(&lane, lost, sent: 0, ended: 1) == []) }
        let outage = Outage(since: at(1), nextTry: at(5_002), kind: .connectionLost, message: "reset")
        #expect(call(&lane, lost, sent: 0, ended: 2) == [.opened(outage)])
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(5_001)) == .outage(outage))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(5_002)) == nil)
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(5_002)) == .slots)
        #expect(lane.apply(.answered(usedTokens: nil), model: "m", estimatedTokens: 0, startedAt: at(5_002), at: at(5_100)) == [])
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(5_100)) == nil)
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(5_100)) == nil)
    }

    @Test func theBreakerGivesUpALaneThatNeverAnswered() {
        var lane = lane()
        #expect(waits(&lane, from: 0) == [5, 10, 20, 40])
        #expect(lane.paused == Pause(kind: .connectionLost, message: "reset"))
    }

    @Test func theBreakerKeepsProbingALaneThatAnsweredBefore() {
        var lane = lane()
        _ = call(&lane, .answered(usedTokens: nil), sent: 0, ended: 0)
        #expect(waits(&lane, from: 0) == [5, 10, 20, 40, 60, 300, 300, 300])
        #expect(lane.paused == nil)
    }

    /// The seconds of the first eight openings, if there are so many, when every call is lost.
    private func waits(_ lane: inout Lane, from start: Int64) -> [Int64] {
        var (now, opened) = (start, [Int64]())
        for _ in 0..<4 { _ = call(&lane, lost, sent: now, ended: now) }
        while opened.count < 8, case .opened(let outage)? = call(&lane, lost, sent: now, ended: now).first {
            opened.append((outage.nextTry - at(now)).milliseconds / 1_000)
            now = outage.nextTry.milliseconds - at(0).milliseconds
        }
        return opened
    }

    /// Each process that starts under an outage tries once, not a handful of times; a lane that works again is whole at once.
    @Test func aWorkerThatStartsLooksOnce() {
        var lane = lane()
        for _ in 0..<5 { _ = call(&lane, lost, sent: 0, ended: 1) }
        lane.resume()
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(10)) == nil)
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(10)) == .slots)
        let again = Outage(since: at(1), nextTry: at(5_011), kind: .connectionLost, message: "reset")
        #expect(lane.apply(lost, model: "m", estimatedTokens: 0, startedAt: at(10), at: at(11)) == [.opened(again)])
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(12)) == .outage(again))
        lane.resume()
        _ = call(&lane, .answered(usedTokens: nil), sent: 20, ended: 21)
        for _ in 0..<4 { #expect(lane.tryReserve(estimatedTokens: 0, at: at(22)) == nil) }
    }

    /// Where a job comes again before any other was answered, its first failure is charged and the second is not; the third is, for there was
    /// nobody else to ask. Who has no others beside it is charged each time.
    @Test func aJobIsChargedOnceBeforeOthersShowWhoseFaultItIs() {
        let failure = Failure(.serverError, "boom", status: 500)
        func blames(othersWait: Bool, others: Bool = false) -> [Blame?] {
            var lane = lane()
            return (0..<4 as Range<Int64>).map { number in
                let evidence = JobEvidence(job: JobID(7), othersWereAnswered: others, othersWait: othersWait)
                let blame = lane.blame(for: failure, model: "m", startedAt: at(number), evidence: evidence, at: at(number))
                _ = lane.tryReserve(estimatedTokens: 0, at: at(number))
                _ = lane.apply(
                    .failed(failure), model: "m", estimatedTokens: 0, startedAt: at(number), at: at(number), evidence: evidence)
                return blame
            }
        }
        #expect(blames(othersWait: true) == [nil, .lane, nil, nil])
        #expect(blames(othersWait: false) == [nil, nil, nil, nil])
        // Also where it failed before and others were answered since: an outage may have come between.
        #expect(blames(othersWait: true, others: true) == [nil, .lane, nil, nil])
    }

    /// What is given back when the breaker opens is what was charged.
    @Test func whatWasSparedIsNotGivenBack() {
        var lane = lane()
        let failure = Failure(.serverError, "boom", status: 500)
        var actions: [LaneAction] = []
        for (number, job) in [7, 7, 8, 7, 9].enumerated() {
            let evidence = JobEvidence(job: JobID(Int64(job)), othersWereAnswered: false, othersWait: true)
            _ = lane.tryReserve(estimatedTokens: 0, at: at(0))
            actions += lane.apply(
                .failed(failure), model: "m", estimatedTokens: 0, startedAt: at(Int64(number)), at: at(Int64(number)), evidence: evidence)
        }
        #expect(actions.last == .recalled([7, 8, 7, 9].map { JobID($0) }))
    }

    @Test func callsSentBeforeTheBreakerOpenedAreTheSameTrouble() {
        var lane = lane()
        for _ in 0..<20 { #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil) }
        let actions = (0..<20).flatMap { lane.apply(lost, model: "m", estimatedTokens: 0, startedAt: at(0), at: at(10 + $0)) }
        #expect(actions == [.opened(Outage(since: at(10), nextTry: at(5_014), kind: .connectionLost, message: "reset"))])
    }

    @Test(arguments: [FailureClass.contentFiltered, .imageRejected, .malformedAnswer])
    func anyAnswerButAServersOwnErrorShowsThatItWorks(kind: FailureClass) {
        var lane = lane()
        for _ in 0..<4 { _ = call(&lane, lost, sent: 0, ended: 0) }
        _ = call(&lane, .failed(Failure(kind, "m", status: 400)), sent: 0, ended: 0)
        // Two seconds apart, for a refusal sets a pace.
        for time in 50..<54 as Range<Int64> { #expect(call(&lane, lost, sent: time * 2_000, ended: time * 2_000) == []) }
    }

    @Test func requestsKeepTheirPace() {
        var lane = lane(Limits(concurrency: 1_000, requests: .perMinute(60)))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil)
        guard case .until(let next, .limit(.requests, .perMinute(60)))? = lane.tryReserve(estimatedTokens: 0, at: at(0)) else {
            Issue.record("no wait for requests")
            return
        }
        #expect(next > at(800) && next < at(1_100))
        #expect(lane.apply(.notSent, model: "m", estimatedTokens: 0, startedAt: at(0), at: at(1)) == [])
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(1)) == nil)
    }

    @Test func tokensAreReservedAndReconciled() throws {
        func wait(after event: LaneEvent?) throws -> Int64 {
            var lane = lane(Limits(concurrency: 100, tokens: .perMinute(10_000)))
            #expect(lane.tryReserve(estimatedTokens: 1_000, at: at(0)) == nil)
            if let event { _ = lane.apply(event, model: "m", estimatedTokens: 1_000, startedAt: at(0), at: at(0)) }
            guard let refusal = lane.tryReserve(estimatedTokens: 1_000, at: at(0)) else { return 0 }
            guard case .until(let next, .limit(.tokens, .perMinute(10_000))) = refusal else {
                throw InvalidValue(path: "", reason: "\(refusal)")
            }
            return (next - at(0)).milliseconds
        }
        let reserved = try wait(after: nil)
        #expect(reserved == 6_000)
        #expect(try wait(after: .answered(usedTokens: nil)) == reserved)
        #expect(try wait(after: .answered(usedTokens: 500)) == 3_000)
        #expect(try wait(after: .answered(usedTokens: 2_000)) == 12_000)
        #expect(try wait(after: .notSent) == 0)
        #expect(try wait(after: .failed(Failure(.imageRejected, "m", status: 400, billed: .no))) == 0)
        #expect(try wait(after: .failed(Failure(.serverError, "m", status: 500, billed: .unknown))) == reserved)
        let used = Failure(.refused, "m", status: 200, billed: .yes, usage: Usage(inputTokens: 400, outputTokens: 100))
        #expect(try wait(after: .failed(used)) == 3_000)
        #expect(try wait(after: .unanswered(Failure(.timeout, "m"))) == reserved)
    }

    @Test func aRefusalForTokensSpendsNoRequest() throws {
        // A call is due every 20 s by its number, and 24 s after one of 4,000 tokens.
        var lane = lane(Limits(concurrency: 100, requests: .perMinute(3), tokens: .perMinute(10_000)))
        #expect(lane.tryReserve(estimatedTokens: 4_000, at: at(0)) == nil)
        for time in stride(from: Int64(20_000), to: 24_000, by: 500) {
            #expect(lane.tryReserve(estimatedTokens: 4_000, at: at(time)) == .until(at(24_000), .limit(.tokens, .perMinute(10_000))))
        }
        #expect(lane.tryReserve(estimatedTokens: 4_000, at: at(24_000)) == nil)
    }

    @Test func aDearCallIsNotStarvedByItsOwnRefusals() {
        var lane = lane(Limits(concurrency: 100, tokens: .perMinute(10_000)))
        #expect(lane.tryReserve(estimatedTokens: 10, at: at(0)) == nil)
        var (now, tries) = (at(0), 0)
        while case .until(let next, .limit(.tokens, _))? = lane.tryReserve(estimatedTokens: 4_000, at: now), tries < 50 {
            (now, tries) = (next, tries + 1)
        }
        #expect(tries < 50 && now < at(60_000))
    }

    @Test func repetitionsBeyondTheBudgetWaitASecondForEachOneOwed() {
        var lane = lane()
        for _ in 0..<10 { #expect(lane.takeRetry(at: at(0)) == .zero) }
        #expect(lane.takeRetry(at: at(0)) == .seconds(1))
        #expect(lane.takeRetry(at: at(0)) == .seconds(2))
        // Three seconds give three, of which one is taken.
        #expect(lane.takeRetry(at: at(3_000)) == .zero)
        for _ in 0..<100 { _ = lane.takeRetry(at: at(3_000)) }
        #expect(lane.takeRetry(at: at(3_000)) == .seconds(60))
        #expect(lane.takeRetry(at: at(-3_600_000)) <= .seconds(60))
    }

    @Test func eachAnswerGivesAFifthOfARepetition() {
        var lane = lane()
        for _ in 0..<12 { _ = lane.takeRetry(at: at(0)) }
        for _ in 0..<5 { _ = call(&lane, .answered(usedTokens: nil), sent: 0, ended: 0) }
        #expect(lane.takeRetry(at: at(0)) == .seconds(2))
        for _ in 0..<15 { _ = call(&lane, .answered(usedTokens: nil), sent: 0, ended: 0) }
        #expect(lane.takeRetry(at: at(0)) == .zero)
    }

    @Test func newLimitsKeepWhatWasSpentUnderOldOnes() throws {
        var lane = lane(Limits(concurrency: 100, requests: .perMinute(60)))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil)
        lane.adopt(Limits(concurrency: 50, requests: .perMinute(60), tokens: .perMinute(100)), at: at(10))
        #expect(lane.slots.current == 50)
        guard case .until(_, .limit(.requests, _))? = lane.tryReserve(estimatedTokens: 0, at: at(10)) else {
            Issue.record("the spent request was forgotten")
            return
        }
        lane.adopt(Limits(concurrency: 50), at: at(20))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(20)) == nil)
    }

    @Test func itIsStoredAndReadBack() throws {
        var lane = lane(Limits(concurrency: 3, requests: .perMinute(60), tokens: RateLimit(count: 1_000, window: 0.5)))
        _ = call(&lane, refused(.seconds(5)), sent: 0, ended: 10, tokens: 300)
        for _ in 0..<5 { _ = lane.apply(lost, model: "m", estimatedTokens: 1, startedAt: at(20), at: at(20)) }
        _ = lane.apply(.failed(Failure(.forbidden, "no", status: 401)), model: "m", estimatedTokens: 1, startedAt: at(20), at: at(30))
        #expect(try JSONDecoder().decode(Lane.self, from: JSONEncoder().encode(lane)) == lane)
    }

    @Test func aLaneWithoutLimitsOnlyCountsSlots() {
        var lane = Lane(limits: Limits(), at: at(0))
        for _ in 0..<8 { #expect(lane.tryReserve(estimatedTokens: 1_000_000, at: at(0)) == nil) }
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == .slots)
    }
}
