import Testing

@testable import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a lane learns of refusals: how to change the request, or that nobody should go on asking like that.
struct LearningTests {
    private var lane = Lane(limits: Limits(concurrency: 100), at: Timestamp(milliseconds: 0))

    private var now = Timestamp(milliseconds: 1_000)

    private mutating func end(_ event: LaneEvent, model: String = "m", job: Int64? = nil) -> [LaneAction] {
        #expect(lane.tryReserve(model: model, estimatedTokens: 10, at: now) == nil)
        let evidence = JobEvidence(job: job.map { JobID($0) })
        return lane.apply(event, model: model, estimatedTokens: 10, startedAt: now, at: now, evidence: evidence)
    }

    private func refused(_ remedy: Remedy, _ kind: FailureClass = .unsupportedParameter) -> LaneEvent {
        .failed(Failure(kind, "no such thing", status: 400, remedy: remedy))
    }

    private func refused(_ message: String, _ kind: FailureClass = .invalidRequest) -> LaneEvent {
        .failed(Failure(kind, message, status: 400))
    }

    @Test mutating func aRemedyIsLearnedOnceAndForOneModel() {
        let rename = Remedy.rename("max_tokens", to: "max_completion_tokens")
        #expect(end(refused(rename)) == [.learned(rename, model: "m", message: "no such thing")])
        #expect(end(refused(rename)) == [])
        #expect(end(refused(.drop("temperature"))).count == 1)
        #expect(lane.quirks(of: "m").renamed == ["max_tokens": "max_completion_tokens"])
        #expect(lane.quirks(of: "m").dropped == ["temperature"])
        #expect(lane.quirks(of: "other") == Quirks())
    }

    /// Of a lane kind even: with another path to try, nobody needs to be asked.
    @Test mutating func aRemedyPausesNothing() {
        for _ in 0..<10 { _ = end(refused(.chatPath("/v1/chat/completions"), .wrongEndpoint)) }
        #expect(lane.paused == nil)
        #expect(lane.quirks(of: "m").chatPath == "/v1/chat/completions")
        #expect(RetryPolicy().decision(after: Failure(.wrongEndpoint, "", remedy: .drop("x")), tally: JobTally(), jitter: 0) == .release)
    }

    @Test mutating func whatWasLearnedSurvivesStorage() throws {
        _ = end(refused(.drop("seed")))
        let stored = try JSONDecoder().decode(Lane.self, from: JSONEncoder().encode(lane))
        #expect(stored.quirks(of: "m").dropped == ["seed"])
    }

    @Test mutating func fiveRefusalsAlikePauseTheModelAndGiveItsJobsBack() {
        for number in 1...4 as ClosedRange<Int64> {
            #expect(end(refused("Bad thing in request req_\(number)a, try 2\(number)"), job: number) == [])
        }
        let actions = end(refused("Bad thing in request req_9z, try 77"), job: 5)
        let message = "5 jobs in a row were refused alike: Bad thing in request req_9z, try 77"
        #expect(
            actions == [
                .paused(Pause(kind: .invalidRequest, message: message, model: "m")), .recalled((1...5).map { JobID($0) }),
            ])
        func blame(_ message: String) -> Blame? {
            lane.blame(
                for: Failure(.invalidRequest, message, status: 400), model: "m", startedAt: Timestamp(milliseconds: 0),
                evidence: JobEvidence(), at: Timestamp(milliseconds: 1_000))
        }
        #expect(blame("Bad thing in request req_0, try 1") == .lane)
        #expect(blame("Another thing") == nil)
        lane.resume()
        for number in 1...4 as ClosedRange<Int64> { #expect(end(refused("Bad thing in request 1, try 1"), job: number) == []) }
    }

    @Test(arguments: ["answer", "other sentence", "other class", "picture"]) mutating func whatComesBetweenBreaksTheRow(what: String) {
        for _ in 0..<4 { _ = end(refused("bad")) }
        switch what {
        case "answer": _ = end(.answered(usedTokens: 1))
        case "other sentence": _ = end(refused("worse"))
        case "other class": _ = end(refused("bad", .noVision))
        default: _ = end(refused("bad", .imageRejected))
        }
        for _ in 0..<4 { #expect(end(refused("bad")) == []) }
        #expect(lane.paused == nil)
        #expect(end(refused("bad")).count == (what == "answer" ? 0 : 2))
    }

    @Test mutating func troubleOnTheWayDoesNotBreakTheRow() {
        for _ in 0..<4 { _ = end(refused("bad")) }
        _ = end(.failed(Failure(.serverError, "oops", status: 500)))
        #expect(end(refused("bad")).count == 2)
    }

    @Test(arguments: [FailureClass.imageRejected, .contentFiltered, .tooLarge, .contextTooLong, .imageUnreadable, .refused])
    mutating func badPicturesPauseNothing(kind: FailureClass) {
        for _ in 0..<20 { #expect(end(refused("bad picture", kind)) == []) }
    }

    private func dud(_ kind: FailureClass = .emptyAnswer, _ message: String = "no text", _ reason: FinishReason? = .length) -> LaneEvent {
        .failed(Failure(kind, message, status: 200, billed: .yes, finishReason: reason))
    }

    @Test(arguments: [FailureClass.emptyAnswer, .malformedAnswer, .schemaMismatch, .refused, .contentFiltered, .serverError])
    mutating func fiveDudsAlikePauseTheLane(kind: FailureClass) {
        for number in 1...4 { #expect(end(dud(kind, "as \(number)")) == []) }
        let message = "5 answers of m in a row were paid for and brought no caption; the last: as 5"
        #expect(end(dud(kind, "as 5")) == [.paused(Pause(kind: kind, message: message, model: "m", answersAreCut: true))])
    }

    @Test(arguments: ["caption", "other class", "not cut"]) mutating func whatComesBetweenBreaksTheRowOfDuds(what: String) {
        for _ in 0..<4 { _ = end(dud()) }
        switch what {
        case "caption": _ = end(.answered(usedTokens: 1))
        case "other class": _ = end(dud(.malformedAnswer))
        default: _ = end(dud(.emptyAnswer, "no text", .stop))
        }
        for _ in 0..<4 { #expect(end(dud()) == []) }
        #expect(end(dud()).count == 1)
    }

    @Test mutating func anotherModelsCaptionsSayNothingOfThisOnes() {
        for _ in 0..<4 {
            _ = end(dud())
            _ = end(.answered(usedTokens: 1), model: "other")
            _ = end(.failed(Failure(.serverError, "oops", status: 500, billed: .unknown)))
        }
        #expect(end(dud(), model: "other") == [])
        #expect(end(dud()).count == 1)
    }

    /// Who starts again has perhaps mended nothing: one call shows it.
    @Test mutating func afterThePauseOneMoreDudIsEnough() {
        for _ in 0..<5 { _ = end(dud()) }
        lane.resume()
        now = Timestamp(milliseconds: 2_000)
        #expect(lane.tryReserve(model: "m", estimatedTokens: 10, at: now) == nil)
        #expect(lane.tryReserve(model: "m", estimatedTokens: 10, at: now) == .slots, "one at a time")
        #expect(lane.tryReserve(model: "other", estimatedTokens: 10, at: now) == nil, "other models go on")
        #expect(lane.apply(dud(), model: "m", estimatedTokens: 10, startedAt: now, at: now).count == 1)
        lane.resume()
        #expect(end(.answered(usedTokens: 1)) == [])
        for _ in 0..<2 { #expect(lane.tryReserve(model: "m", estimatedTokens: 10, at: now) == nil) }
        for _ in 0..<4 { #expect(end(dud()) == []) }
    }
}
