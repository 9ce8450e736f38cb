/// A fault that a prompt asks for: `[simulate: 500 times=2]`, `[simulate: 429 retry-after=1 times=1]`, `[simulate: latency=200]`.
///
/// It takes the kinds of `Fault` except `reset-early` (a prompt is not known before the body is read), `latency=MILLISECONDS`, which
/// is added to the simulator's own, and `times=N`: only the first N calls with the same prompt and pictures are meant.
struct Marker: Hashable {
    var kind: Fault.Kind?
    var latency: Duration = .zero
    var times: Int?

    /// Of several markers in one prompt, in order.
    static func all(in prompt: String) throws(InvalidFault) -> [Marker] {
        var markers: [Marker] = []
        for part in prompt.split(separator: "[simulate:", omittingEmptySubsequences: false).dropFirst() {
            let text = part.prefix { $0 != "]" }
            do throws(InvalidFaultPart) {
                guard text.endIndex < part.endIndex else { throw InvalidFaultPart(sentence: "the bracket is not closed") }
                markers.append(try Marker(parsing: text))
            } catch {
                throw InvalidFault(text: "[simulate:\(text)]", reason: error.sentence)
            }
        }
        return markers
    }

    private init(parsing text: Substring) throws(InvalidFaultPart) {
        for word in text.split(separator: " ") {
            if let number = Self.number(word, after: "times=") {
                times = number
            } else if let milliseconds = Self.number(word, after: "latency=") {
                latency = .milliseconds(milliseconds)
            } else if let known = kind {
                kind = try known.with(setting: word)
            } else {
                kind = try Self.kind(word)
            }
        }
        guard kind != nil || latency > .zero else { throw InvalidFaultPart(sentence: "it names no fault and no latency=MILLISECONDS") }
    }

    private static func kind(_ word: Substring) throws(InvalidFaultPart) -> Fault.Kind {
        let kind = try Fault.Kind(parsing: word)
        guard kind != .resetEarly else {
            throw InvalidFaultPart(sentence: "reset-early comes before the prompt is read; give it as a flag")
        }
        return kind
    }

    private static func number(_ word: Substring, after name: String) -> Int? {
        guard word.hasPrefix(name), let number = Int(word.dropFirst(name.count)), number > 0 else { return nil }
        return number
    }

    /// Whether it is meant for the `seen`-th call with this prompt and these pictures.
    func applies(toRepeat seen: Int) -> Bool { times.map { seen <= $0 } ?? true }
}
