import CutlineCore
import CutlineQueue

/// Why jobs of a batch stopped, and the command that mends it. It never offers one that pays for the same again.
struct CauseText {
    let batch: String
    /// `--queue PATH` where it was given, else empty.
    let queue: [String]
    /// The longest answer that the batch asks for, in tokens.
    var answerLimit: Int?

    /// `12 failed: 9 image_rejected, 3 timeout — cutline retry --batch photos --class timeout`, and below it what was said of the most
    /// frequent classes.
    func lines(_ state: JobState, _ count: Int, _ causes: Causes) -> [String] {
        [line(state, count, causes)]
            + Self.ranked(causes.counts).prefix(3).compactMap { kind in
                causes.sentences[kind].map { "  \(kind.rawValue): \(Words.shortened(Words.clean($0), to: 200))" }
            }
    }

    private func line(_ state: JobState, _ count: Int, _ causes: Causes) -> String {
        var parts = Self.ranked(causes.counts).map { "\(Words.number(causes.counts[$0] ?? 0)) \($0.rawValue)" }
        if causes.without > 0 { parts.append("\(Words.number(causes.without)) by hand") }
        let others = count - causes.without - causes.counts.values.reduce(0, +)
        if others > 0 { parts.append("\(Words.number(others)) more") }
        let said = parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"
        return "\(Words.number(count)) \(state.rawValue)\(said) — \(mend(state, causes, others: others))"
    }

    private static func ranked(_ counts: [FailureClass: Int]) -> [FailureClass] {
        counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }.map(\.key)
    }

    private func mend(_ state: JobState, _ causes: Causes, others: Int) -> String {
        let retry = RetryCommand(batch: batch, queue: queue, answerLimit: answerLimit)
        if state == .held { return retry.words("release") }
        let mended = causes.counts.compactMapValues { $0 }.filter { $0.key.mend(isCut: causes.isMostlyCut($0.key)) != nil }
        guard let best = Self.ranked(mended).first, let mend = best.mend(isCut: causes.isMostlyCut(best)) else {
            return
                "the same call would fail again; see `\((["cutline export --state failed --format table"] + queue).joined(separator: " "))`"
        }
        let isOnly = others == 0 && causes.counts.keys.allSatisfy { $0.mend(isCut: causes.isMostlyCut($0)) == mend }
        return retry.words(mend, isOnly && mend == .again ? nil : best)
    }
}

extension Causes {
    fileprivate func isMostlyCut(_ kind: FailureClass) -> Bool { 2 * (cut[kind] ?? 0) > (counts[kind] ?? 0) }
}

extension Words {
    /// Text from outside as one word of a shell.
    static func quoted(_ text: String) -> String {
        let text = clean(text)
        let isPlain = text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                0x80...0xFF:
                true
            default: "-_./:=@%+,".utf8.contains($0)
            }
        }
        if isPlain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
