import CutlineCore
import Testing

@testable import CutlineQueue
@testable import CutlineRunner
@testable import cutline

@Suite struct RunTextTests {
    private let now = Timestamp(milliseconds: 0)

    private static let pacific: RateLimit? = (try? DailyReset("00:00 America/Los_Angeles")).map { RateLimit(count: 1_500, resets: $0) }

    private func totals(done: Int, of total: Int) -> RunTotals {
        var totals = RunTotals([])
        (totals.done, totals.total) = (done, total)
        return totals
    }

    @Test func progressSaysHowFarAndHowFast() {
        var totals = totals(done: 120, of: 1_000)
        (totals.failed, totals.held, totals.tokens, totals.cost) = (2, 1, 36_000, Money(nanodollars: 40_000_000))
        let line = RunText.progress(totals, RunProgress(inFlight: 64), since: 20, elapsed: .seconds(10), at: now)
        #expect(line == "120 / 1,000 done · 10.0/s · ETA 1 min 28 s · 2 failed · 1 held · 64 in flight · 36,000 tokens · $0.04")
    }

    @Test(arguments: [
        (LaneRefusal.slots, ""), (.until(Timestamp(milliseconds: 500), .limit(.requests, nil)), " · at the limit on requests"),
        (.until(Timestamp(milliseconds: 90_000), .limit(.tokens, nil)), " · at the limit on tokens, goes on in 1 min 30 s"),
        (
            .until(Timestamp(milliseconds: 18_720_000), .limit(.requests, pacific)),
            " · 1,500 requests a day are used up; goes on at 00:00 America/Los_Angeles (in 5 h 12 min)"
        ),
        (
            .until(Timestamp(milliseconds: 90_000), .limit(.inputTokens, .perDay(1_000))),
            " · 1,000 input tokens a day are used up; goes on in 1 min 30 s"
        ),
        (.until(Timestamp(milliseconds: 20_000), .limit(.requests, pacific)), " · at the limit on requests, goes on in 20.0 s"),
        (.until(Timestamp(milliseconds: 30_000), .provider), " · hackclub asked to wait 30.0 s"),
        (.until(Timestamp(milliseconds: 3_000), .secondLook), " · hackclub refused a call, looking again in 3.0 s"),
        (.paused(Pause(kind: .unauthorized, message: "No such\nkey.")), " · hackclub is paused: No such key."),
        (.paused(Pause(kind: .noVision, message: "blind", model: "m\n1")), " · hackclub, model m 1, is paused: blind"),
    ])
    func progressSaysWhyALaneWaits(refusal: LaneRefusal, end: String) {
        let progress = RunProgress(inFlight: 0, stops: [LaneStop(lane: "hackclub", refusal: refusal)])
        let line = RunText.progress(totals(done: 1, of: 2), progress, since: 1, elapsed: .seconds(10), at: now)
        #expect(line == "1 / 2 done · 0.0/s · 0 in flight\(end)")
    }

    @Test(
        arguments: [
            (503, 420_000, "mine answers with 503 since 13:55; trying again at 14:09"),
            (nil, 5_000, "mine does not answer since 13:55; trying again at 14:02:05"),
            (500, -1, "mine answers with 500 since 13:55; trying again"),
        ] as [(Int?, Int64, String)])
    func anOutageIsToldWithItsTimesOfDay(status: Int?, wait: Int64, words: String) {
        let now = Timestamp(milliseconds: 1_764_165_720_000)
        let outage = Outage(
            since: now + .seconds(-420), nextTry: now + .milliseconds(wait), kind: .overloaded, status: status, message: "busy")
        #expect(outage.words(of: "mine", at: now, in: .gmt) == words)
    }

    @Test func anOutageSinceYesterdayIsToldWithItsDate() {
        let now = Timestamp(milliseconds: 1_764_165_720_000)
        #expect(Words.clock(now + .seconds(-86_400), near: now, in: .gmt) == "2025-11-25 14:02")
    }

    @Test func progressSaysWhichPaceALaneFound() {
        let stop = LaneStop(lane: "hackclub", refusal: .until(Timestamp(milliseconds: 500), .pace), learnedRate: 48.23)
        let line = RunText.progress(
            totals(done: 1, of: 2), RunProgress(inFlight: 0, stops: [stop]), since: 1, elapsed: .seconds(10), at: now)
        #expect(line == "1 / 2 done · 0.0/s · 0 in flight · pace 48.2/s, learned")
    }

    /// What a long window allows goes within a minute, and then nothing for half an hour.
    @Test(arguments: [(1_000, "1 h 0 min"), (951, "1 h 0 min"), (950, "30 min 0 s"), (500, "45.0 s")])
    func noEndIsToldThatAToldLimitForbids(total: Int, eta: String) {
        let stop = LaneStop(lane: "l", refusal: .until(now, .limit(.requests, nil)), requests: [RateLimit(count: 450, window: 1_800)])
        let line = RunText.progress(
            totals(done: 50, of: total), RunProgress(inFlight: 9, stops: [stop]), since: 0, elapsed: .seconds(5), at: now)
        #expect(line.contains("ETA \(eta) ·"), "\(line)")
    }

    @Test func noEndIsToldBeforeALaneOpens() {
        let stop = LaneStop(lane: "l", refusal: .until(Timestamp(milliseconds: 1_740_000), .limit(.requests, nil)))
        let line = RunText.progress(
            totals(done: 40, of: 60), RunProgress(inFlight: 0, stops: [stop]), since: 0, elapsed: .seconds(60), at: now)
        #expect(line.contains("ETA 29 min 0 s ·"), "\(line)")
    }

    @Test func progressAfterARequeueElsewhereIsNotNegative() {
        let line = RunText.progress(totals(done: 3, of: 9), RunProgress(inFlight: 1), since: 5, elapsed: .zero, at: now)
        #expect(line == "3 / 9 done · 1 in flight")
    }

    @Test func everyPauseSaysWhatToDo() {
        for kind in FailureClass.allCases {
            let advice = Pause(kind: kind, message: "").advice
            #expect(advice.hasSuffix("run again") || kind == .modelNotFound)
        }
    }

    @Test func anotherChatPathIsToldWithoutAModel() {
        let notice = LaneNotice(
            lane: "mine", action: .learned(.chatPath("/b"), model: "m", message: "no answer for captions at /a; the next call goes to /b"))
        #expect(LaneText.line(notice, at: Timestamp(milliseconds: 0)) == "mine: no answer for captions at /a; the next call goes to /b")
    }
}
