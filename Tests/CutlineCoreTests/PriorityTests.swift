import CutlineCore
import Testing

struct PriorityTests {
    @Test func whatGoesFirstIsSmaller() {
        #expect(Priority.allCases.sorted() == [.high, .normal, .low])
        #expect(Priority.high < .normal && Priority.normal < .low)
    }

    @Test(arguments: [("high", Priority?.some(.high)), ("normal", .normal), ("low", .low), ("High", nil), ("-1", nil), ("", nil)])
    func aWordIsAPriorityOrNone(word: String, priority: Priority?) { #expect(Priority(word: word) == priority) }

    @Test(arguments: Priority.allCases) func everyPriorityHasAWord(priority: Priority) {
        #expect(Priority(word: priority.word) == priority)
    }
}
