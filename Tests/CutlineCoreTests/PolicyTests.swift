import CutlineCore
import Testing

/// What becomes of jobs and lanes beside single failures.
struct PolicyTests {
    @Test(arguments: [(20, 20, false), (21, 21, true), (21, 2_099, true), (21, 2_199, false), (22, 2_199, true), (0, 0, false)])
    func aLanePausesOnceTooManyCallsAreNotAnswered(unanswered: Int, of calls: Int, pauses: Bool) {
        let pause = UnansweredCalls(unanswered: unanswered, of: calls).pause(after: Failure(.timeout, "no answer in 300 s"))
        #expect((pause != nil) == pauses)
    }

    @Test func thePauseSaysHowManyAndWhy() throws {
        let pause = try #require(UnansweredCalls(unanswered: 30, of: 400).pause(after: Failure(.timeout, "no answer in 300 s")))
        #expect(pause.kind == .timeout)
        #expect(pause.message == "30 of 400 calls were taken and not answered; the last: no answer in 300 s")
    }

    /// The provider could not fetch the picture so often; of so many attempts in all.
    @Test(arguments: [(0, 5, false), (1, 5, false), (2, 5, true), (1, 2, true), (1, 1, true), (0, 1, false)])
    func aPictureOnTheWebIsFetchedHereAfterTwoRefusalsOrBeforeTheLastAttempt(refusals: Int, attempts: Int, fetches: Bool) {
        #expect(RetryPolicy(maxAttempts: attempts).fetchesPictures(afterRefusals: refusals) == fetches)
    }
}
