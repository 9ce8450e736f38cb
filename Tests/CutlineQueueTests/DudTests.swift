import CutlineCore
import Testing

@testable import CutlineQueue

/// Answers without a caption that were paid for.
@Suite struct DudTests {
    private static func dud(_ kind: FailureClass = .emptyAnswer, _ reason: FinishReason? = nil) -> Outcome {
        let usage = Usage(inputTokens: 100, outputTokens: 50)
        return .failure(Failure(kind, "no text", status: 200, billed: .yes, usage: usage, finishReason: reason))
    }

    /// A batch that asks for 50 tokens at 0.2.
    private func fixture(_ pictures: Range<Int>) throws -> Fixture {
        let fixture = try Fixture.make()
        let settings = BatchSettings.make("asked", parameters: Parameters(maxTokens: 50, temperature: 0.2))
        let batch = try fixture.queue.openBatch(settings, policy: RetryPolicy(), limits: Limits(concurrency: 100), now: .start)
        _ = try fixture.queue.add(pictures.map { .make($0) }, to: batch, now: .start)
        return fixture
    }

    @Test(arguments: [
        (FailureClass.emptyAnswer, FinishReason?.some(.length), Int?.some(100), Double?.some(0.2)),
        (.schemaMismatch, .length, 100, 0.2), (.emptyAnswer, .stop, 50, 0.4), (.malformedAnswer, nil, 50, 0.4),
        (.schemaMismatch, .stop, 50, 0.4),
    ])
    func theSecondCallIsAnotherOneAndTheLast(kind: FailureClass, reason: FinishReason?, maxTokens: Int?, temperature: Double?) throws {
        let fixture = try fixture(0..<1)
        #expect(try fixture.settle(fixture.claimOne(), Self.dud(kind, reason)) == .retries(after: .zero))
        let second = try fixture.claimOne()
        #expect((second.request.parameters.maxTokens, second.request.parameters.temperature) == (maxTokens, temperature))
        #expect(try fixture.settle(second, Self.dud(kind, reason)) == .failed)
        #expect(try fixture.claim().isEmpty)
        let record = try #require(try fixture.queue.records().first)
        #expect(record.attempts == 2 && record.problem?.kind == kind)
    }

    @Test func itWaitsBehindTheJobsThatWereNotAskedYet() throws {
        let fixture = try fixture(0..<3)
        let first = try fixture.claimOne()
        try fixture.settle(first, Self.dud())
        let claimed = try fixture.claim(3).map(\.job.number)
        #expect(claimed == [first.job.number + 1, first.job.number + 2, first.job.number])
    }

    @Test func whatTheModelDoesNotTakeIsNotBoughtAgain() throws {
        let fixture = try fixture(0..<2)
        let remedy = Failure(.unsupportedParameter, "no temperature", status: 400, remedy: .drop("temperature"))
        try fixture.settle(fixture.claimOne(), .failure(remedy))
        #expect(try fixture.settle(fixture.claimOne(), Self.dud()) == .failed)
        #expect(try fixture.settle(fixture.claimOne(), Self.dud(.emptyAnswer, .length)) == .retries(after: .zero))
    }

    @Test func aRowOfThemPausesTheLaneAndHarmsNoJob() throws {
        let fixture = try fixture(0..<20)
        for _ in 0..<5 { try fixture.settle(fixture.claimOne(), Self.dud(.emptyAnswer, .length)) }
        #expect(try fixture.claim(20).isEmpty)
        let batch = try fixture.queue.reader.batchStatuses()[1]
        #expect(batch.count(.queued) == 20 && batch.count(.failed) == 0)
        #expect(try fixture.lane().paused?.answersAreCut == true)
    }

    @Test func whyTheAnswerEndedIsKnownOfTheCauses() throws {
        let fixture = try fixture(0..<2)
        for _ in 0..<2 { try fixture.settle(fixture.claimOne(), Self.dud(.emptyAnswer, .length)) }
        for _ in 0..<2 { try fixture.settle(fixture.claimOne(), Self.dud(.emptyAnswer, .length)) }
        let batch = try fixture.queue.reader.batchStatuses()[1]
        for scope in [Scope.batch(batch.id), .jobs([batch.id: [JobID(1), JobID(2)]])] {
            let causes = try fixture.queue.reader.causes(of: batch.id, .failed, in: scope)
            #expect(causes.counts == [.emptyAnswer: 2] && causes.cut == [.emptyAnswer: 2])
            #expect(causes.sentences == [.emptyAnswer: "no text"])
        }
        #expect(batch.answerLimit == 50)
    }
}
