import Synchronization
import Testing

@testable import cutline

/// Making and using side by side, without losing, repeating or leaving anything behind.
@Suite(.timeLimit(.minutes(15))) struct OverlapTests {
    private struct Stop: Error, Equatable { let at: Int }

    @Test func everythingComesOnceAndInOrder() throws {
        var taken: [Int] = []
        try Overlap.run { put in
            for number in 0..<1_000 { try put(number) }
        } using: { next in
            while let number = try next() { taken.append(number) }
            #expect(try next() == nil)
        }
        #expect(taken == Array(0..<1_000))
    }

    @Test func anErrorOfTheMakerComesAfterWhatItMade() {
        var taken: [Int] = []
        #expect(throws: Stop(at: 3)) {
            try Overlap.run { put in
                for number in 0..<3 { try put(number) }
                throw Stop(at: 3)
            } using: { next in
                while let number = try next() { taken.append(number) }
            }
        }
        #expect(taken == [0, 1, 2])
    }

    @Test(arguments: [0, 1, 2, 500]) func anErrorOfTheUserEndsTheMaking(at place: Int) {
        let made = Mutex(0)
        let isMaking = Mutex(true)
        #expect(throws: Stop(at: place)) {
            try Overlap.run { put in
                defer { isMaking.withLock { $0 = false } }
                for number in 0..<1_000_000 {
                    made.withLock { $0 = number }
                    try put(number)
                }
            } using: { next in
                while let number = try next() { if number == place { throw Stop(at: place) } }
            }
        }
        #expect(isMaking.withLock { !$0 }, "the maker is still at work")
        #expect(made.withLock { $0 } <= place + 2)
    }

    @Test func nothingNeedBeTaken() throws {
        try Overlap.run { put in
            for number in 0..<10 { try put(number) }
        } using: { _ in
        }
    }
}
