import CutlineCore
import Testing

@testable import CutlineRunner

@Suite struct DarkroomGateTests {
    private func attempt(_ number: Int64) -> AttemptID { AttemptID(number) }

    @Test func onlySoManyWait() {
        var gate = DarkroomGate(limit: 4)
        #expect(gate.room == 4)
        for number in Int64(0)..<4 { gate.claimed(attempt(number)) }
        #expect(gate.room == 0)
        gate.passed(attempt(2), wasPrepared: true)
        #expect(gate.room == 1)
        // One that ended before it passed, as a call that could not be sent.
        gate.ended(attempt(3))
        gate.ended(attempt(2))
        #expect(gate.room == 2)
    }

    @Test func itStandsOpenWhileNothingIsPrepared() {
        var gate = DarkroomGate(limit: 4)
        for number in 0..<16 {
            #expect(gate.room != nil)
            gate.claimed(attempt(Int64(number)))
            gate.passed(attempt(Int64(number)), wasPrepared: false)
        }
        #expect(gate.room == nil)
        for number in 16..<40 { gate.claimed(attempt(Int64(number))) }
        #expect(gate.room == nil)
        gate.passed(attempt(20), wasPrepared: true)
        #expect(gate.room == 0)
    }
}
