import CutlineCore
import Testing

struct SlotsTests {
    private func round(_ slots: inout Slots, setbacks: Int = 0) {
        let count = slots.current
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
        for _ in 0..<50 { slots.callEnded(setback: true) }
        #expect(slots.current == 70)
        for _ in 0..<20 { slots.callEnded(setback: false) }
        #expect(slots.current == 70)
        round(&slots)
        #expect(slots.current == 71)
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
