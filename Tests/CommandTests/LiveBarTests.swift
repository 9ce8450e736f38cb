import CutlineCore
import Testing

@testable import CutlineQueue
@testable import CutlineRunner
@testable import cutline

/// The bar of a run, to the letter.
@Suite(.timeLimit(.minutes(15))) struct LiveBarTests {
    private static let now = Timestamp(milliseconds: 0)

    /// In the middle of a run on which much is going on.
    private static func busy(waiting refusal: LaneRefusal? = nil, lane: String = "hackclub") -> LiveBar {
        var totals = RunTotals([])
        (totals.done, totals.total, totals.failed, totals.held) = (480, 1_000, 2, 1)
        (totals.tokens, totals.cost) = (144_000, Money(nanodollars: 160_000_000))
        let stops = refusal.map { [LaneStop(lane: lane, refusal: $0)] } ?? []
        return LiveBar(totals: totals, run: RunProgress(inFlight: 64, stops: stops), recent: (done: 200, time: .seconds(20)), now: now)
    }

    private static func line(_ bar: LiveBar, _ width: Int) -> String { bar.parts(width: width).map(\.text).joined() }

    private static let blocked = LaneRefusal.until(Timestamp(milliseconds: 30_000), .provider)
    private static let paused = LaneRefusal.paused(Pause(kind: .unauthorized, message: "図書館の鍵は無効です。"))

    @Test(arguments: [
        (40, "480 / 1,000 · 10.0/s · 2 failed"),
        (80, "[=======        ] 480 / 1,000 · 10.0/s · ETA 52.0 s · 64 in flight · 2 failed"),
        (
            120,
            "[==========           ] 480 / 1,000 · 10.0/s · ETA 52.0 s · 64 in flight · 2 failed · 1 held · 144,000 tokens · $0.16"
        ),
    ])
    func whatFitsIsShown(width: Int, text: String) { #expect(Self.line(Self.busy(), width) == text) }

    @Test(arguments: [
        (40, "480 / 1,000 · hackclub asked to wait…"),
        (80, "480 / 1,000 · 10.0/s · ETA 52.0 s · 2 failed · hackclub asked to wait 30.0 s"),
        (
            120,
            "[======        ] 480 / 1,000 · 10.0/s · ETA 52.0 s · 64 in flight · 2 failed · 1 held · hackclub asked to wait 30.0 s"
        ),
    ])
    func theReasonForWaitingGoesBeforeTheRest(width: Int, text: String) {
        #expect(Self.line(Self.busy(waiting: Self.blocked), width) == text)
    }

    @Test func aWideSentenceIsCutToItsColumns() {
        #expect(
            Self.line(Self.busy(waiting: Self.paused), 80)
                == "480 / 1,000 · 10.0/s · ETA 52.0 s · 2 failed · hackclub is paused: 図書館の…")
    }

    @Test(arguments: 0...200)
    func noLineIsTooLong(width: Int) {
        for bar in [Self.busy(), Self.busy(waiting: Self.blocked), Self.busy(waiting: Self.paused)] {
            #expect(Words.width(Self.line(bar, width)) <= max(0, width - 3))
        }
    }

    @Test func failuresAreRedAndWaitingIsYellow() {
        let parts = Self.busy(waiting: Self.blocked).parts(width: 120)
        #expect(parts.filter { $0.colour == .red }.map(\.text) == ["2 failed", "1 held"])
        #expect(parts.filter { $0.colour == .yellow }.map(\.text) == ["hackclub asked to wait 30.0 s"])
        var line = RedrawnLine()
        let part = [LiveBar.Part(text: "2 failed", colour: .red)]
        #expect(line.draw(part, width: 80, isColoured: true, at: Self.now) == "\u{1B}[31m2 failed\u{1B}[0m")
        #expect(line.draw(part, width: 80, isColoured: false, at: Self.now) == "\r\u{1B}[J2 failed")
    }

    @Test func aNarrowerWindowHasWrappedTheLine() {
        var line = RedrawnLine()
        _ = line.draw([LiveBar.Part(text: String(repeating: "x", count: 77))], width: 80, isColoured: true, at: Self.now)
        #expect(line.erase(width: 40) == "\r\u{1B}[1A\u{1B}[J")
        #expect(line.erase(width: 40) == "")
    }

    @Test func itIsDrawnTenTimesASecondAtMost() {
        var line = RedrawnLine()
        #expect(line.isDue(at: Self.now))
        _ = line.draw([LiveBar.Part(text: "x")], width: 80, isColoured: true, at: Self.now)
        #expect(!line.isDue(at: Self.now + .milliseconds(99)))
        #expect(line.isDue(at: Self.now + .milliseconds(100)))
        #expect(line.isDue(at: Self.now + .seconds(-5)))
    }

    @Test func thePaceIsThatOfTheLastTwentySeconds() {
        var pace = RecentPace()
        for second in 0...60 { pace.add(second < 30 ? 0 : (second - 30) * 2, at: Self.now + .seconds(second)) }
        #expect(pace.measured == (40, .seconds(20)))
        pace.add(0, at: Self.now + .seconds(61))
        #expect(pace.measured.done == 0)
    }

    @Test func itIsGoneBeforeTheSummary() async {
        var harness = CommandHarness(pictures: "a.png")
        (harness.columns, harness.variables["NO_COLOR"]) = (80, "1")
        let said = await harness.caption("a.png")
        #expect(said.error.contains(" / 1 · "))
        #expect(said.error.hasSuffix("\r\u{1B}[J1 of 1 job captioned, 267 tokens (0 ms)\n"))
        #expect(await harness.caption("a.png", "--quiet").error == "")
    }
}
