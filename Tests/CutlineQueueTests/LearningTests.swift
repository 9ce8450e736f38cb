import CutlineCore
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

/// What one call learned reaches the next, of any process.
@Suite struct LearningTests {
    @Test func aRemedyChangesTheNextCallAndCostsNoAttempt() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 1), pictures: 0..<2)
        let refusal = Failure(.unsupportedParameter, "use max_completion_tokens", status: 400, remedy: .drop("temperature"))
        let claim = try fixture.claimOne()
        #expect(claim.request.quirks == Quirks())
        #expect(try fixture.settle(claim, .failure(refusal)) == .released)
        let other = try fixture.queue.again(at: .start)
        let next = try fixture.turn(claiming: 2, by: other.worker("second"), on: other).claims
        #expect(next.count == 2 && next.allSatisfy { $0.request.quirks.dropped == ["temperature"] })
        #expect(try fixture.status().attempts == 0)
    }

    @Test(arguments: [(5, 2), (3, 2), (2, 1)]) func aPictureThatTheProviderCannotFetchIsFetchedHere(maxAttempts: Int, refusals: Int) throws
    {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: maxAttempts))
        let url = "https://pictures.invalid/a.jpg"
        try fixture.add(
            JobDraft(
                key: "a", hasOwnKey: true, images: [.url(url)], imagesAsGiven: [url],
                fingerprint: Fingerprint(bytes: [UInt8](repeating: 7, count: 32))))
        let unreachable = Outcome.failure(Failure(.imageUnreachable, "Timeout while downloading", status: 400))
        for number in 0..<refusals {
            let claim = try #require(try fixture.claim(at: .after(Double(number) * 100)).first)
            #expect(!claim.request.fetchesPictures)
            try fixture.settle(claim, unreachable, at: .after(Double(number) * 100))
        }
        #expect(try #require(try fixture.claim(at: .after(300)).first).request.fetchesPictures)
    }

    @Test func aRejectedAnswerIsKeptWithItsUsage() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let usage = Usage(inputTokens: 10, outputTokens: 5)
        let failure = Failure(.schemaMismatch, "title is missing", status: 200, billed: .yes, usage: usage, answer: "{\"name\":1}")
        #expect(try fixture.settle(fixture.claimOne(), .failure(failure)) == .retries(after: .zero))
        let attempt = try fixture.show("0.jpg").attempts[0]
        #expect(attempt.rejectedAnswer == "{\"name\":1}" && attempt.usage == usage && attempt.billed == .yes)
    }
}
