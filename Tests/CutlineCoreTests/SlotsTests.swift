import CutlineCore
import Testing

struct SlotsTests {
    private func round(_ slots: inout Slots, setbacks: Int = 0) {
        let count = slots.current
        slots.callStarted(inFlight: count)
        for index in 0..<count { slots.callEnded(setback: index < setbacks) }
    }

    @Test func cleanRoundsDoubleUpToTheDefault() {
        var slots = Slots(told: nil)
        var seen = [slots.current]
        for _ in 0..<6 {
            round(&slots)
            seen.append(slots.current)
        }
        #expect(seen == [8, 16, 32, 64, 128, 256, 256])
    }

    @Test func aToldNumberIsUsedAtOnce() {
        #expect(Slots(told: 3).current == 3)
        #expect(Slots(told: 500).current == 500)
    }

    @Test func aSetbackCountsOnceARoundAndGrowthIsSlowAfterIt() {
        var slots = Slots(told: 100)
        slots.callStarted(inFlight: 100)
        for _ in 0..<50 { slots.callEnded(setback: true) }
        #expect(slots.current == 70)
        for _ in 0..<20 { slots.callEnded(setback: false) }
        #expect(slots.current == 70)
        round(&slots)
        #expect(slots.current == 71)
    }

    @Test func aRoundThatNeverTookAllSlotsShowsNothing() {
        var slots = Slots(told: nil)
        for _ in 0..<100 {
            slots.callStarted(inFlight: 7)
            slots.callEnded(setback: false)
        }
        #expect(slots.current == 8)
    }

    @Test(arguments: [(RateLimit(count: 50, window: 1), 50), (.perMinute(60), 8), (RateLimit(count: 500, window: 1), 64)])
    func aToldLimitOnRequestsLetsASecondsWorthBeginAtOnce(requests: RateLimit, expected: Int) {
        #expect(Slots(told: nil, requests: requests).current == expected)
        var slots = Slots(told: nil)
        slots.setLimit(told: nil, requests: requests)
        #expect(slots.current == expected)
        #expect(Slots(told: 3, requests: requests).current == 3)
    }

    @Test func oneSlotIsAlwaysLeft() {
        var slots = Slots(told: 2)
        for _ in 0..<20 { slots.callEnded(setback: true) }
        #expect(slots.current == 1)
    }

    @Test func aNewLimitIsUsedAtOnceUnlessOneWasExceeded() {
        var slots = Slots(told: nil)
        slots.setLimit(told: 40)
        #expect(slots.current == 40)
        round(&slots, setbacks: 1)
        slots.setLimit(told: 400)
        #expect(slots.current == 28)
        slots.setLimit(told: 5)
        #expect(slots.current == 5)
    }
}
