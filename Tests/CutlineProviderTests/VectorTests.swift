import CutlineCore
import Testing

@testable import CutlineProvider

@Suite struct VectorTests {
    @Test(arguments: Vector.all)
    func answerIsReadAsDescribed(_ vector: Vector) {
        var described = vector.reader.outcome(of: vector.answer).described
        if vector.expected["message"] == nil { described["message"] = nil }
        #expect(described == vector.expected)
    }

    @Test func thereAreEnough() {
        #expect(Vector.all.count >= 120)
        #expect(Set(Vector.all.map(\.description)).count == Vector.all.count)
    }

    /// Whatever a body says, the class is never left without an example.
    @Test func everyClassThatAnAnswerMayHaveOccurs() {
        let neverFromAnswers: Set<FailureClass> = [.unreachable, .tls, .imageUnreadable, .imageNotAllowed, .cancelled]
        let expected = Set(Vector.all.compactMap { $0.expected["class"]?.string })
        #expect(Set(FailureClass.allCases.filter { !neverFromAnswers.contains($0) }.map(\.rawValue)) == expected)
    }

    @Test(arguments: Vector.all.filter { $0.description.hasPrefix("streams") && $0.answer.status == 200 })
    func streamInPiecesIsTheSameStream(_ vector: Vector) {
        var whole = EventStreamReader()
        whole.append(vector.answer.body)
        let text = String(decoding: vector.answer.body, as: UTF8.self)
        for ending in ["\n", "\r", "\r\n"] {
            for size in [1, 2, 7] {
                let bytes = Array(("\u{FEFF}" + text.replacing("\n", with: ending)).utf8)
                var stream = EventStreamReader()
                for start in stride(from: 0, to: bytes.count, by: size) { stream.append(bytes[start..<min(bytes.count, start + size)]) }
                #expect(stream.content == whole.content)
                #expect(stream.text == whole.text)
                #expect(stream.isComplete == whole.isComplete)
            }
        }
    }

    @Test func everyCutOfAStreamIsIncompleteOrItsAnswer() {
        let events = #"data: {"choices":[{"delta":{"content":"A cat."}}]}"# + "\n\n"
        let last = #"data: {"choices":[{"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
        let bytes = Array((events + last).utf8)
        for count in bytes.indices {
            var stream = EventStreamReader()
            stream.append(bytes[..<count])
            #expect(stream.isComplete == (count >= bytes.count - 2), "\(count)")
        }
    }

    @Test func endIsKnownBeforeTheConnectionEnds() {
        var stream = EventStreamReader()
        stream.append(Array(#"data: {"choices":[{"delta":{"content":"A"},"finish_reason":"stop"}]}"#.utf8))
        #expect(!stream.hasEnded)
        #expect(stream.isComplete)
        stream.append(Array("\n\ndata: [DONE]\n".utf8))
        #expect(stream.hasEnded)
    }

    @Test func streamIsBounded() {
        var stream = EventStreamReader()
        stream.append(repeatElement(UInt8(ascii: "\n"), count: 4))
        stream.append(repeatElement(UInt8(ascii: ":"), count: EventStreamReader.maxBytes - 3))
        #expect(stream.isTooLong)
        let outcome = AnswerReader(now: .fixture, sentAddresses: false, key: nil).outcome(of: stream, status: 200, headers: [:])
        #expect(outcome.failure?.kind == .malformedAnswer)
        #expect(outcome.failure?.message == "the answer is larger than 64 MB")
    }
}
