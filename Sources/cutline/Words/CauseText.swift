import CutlineCore
import CutlineQueue

/// Why jobs of a batch stopped, and the command that mends it. It never offers one that pays for the same again.
struct CauseText {
    let batch: String
    /// `--queue PATH` where it was given, else empty.
    let queue: [String]
    /// The longest answer that the batch asks for, in tokens.
    var answerLimit: Int?

    /// `12 failed: 9 image_rejected, 3 timeout`, and below it what was said of the most frequent classes and what helps for each. What
    /// helps for all stands in the first line: `3 failed: 3 timeout — give the answers …, then: cutline retry --batch photos`.
    func lines(_ state: JobState, _ count: Int, _ causes: Causes) -> [String] {
        let counted = counted(state, count, causes)
        if state == .held { return ["\(counted) — \(retry.words("release"))"] + said(causes) }
        let isOnly = causes.counts.count == 1 && causes.counts.values.first == count
        guard isOnly, let kind = causes.counts.keys.first else { return [counted] + helped(causes) }
        let help = kind.help(isCut: causes.isMostlyCut(kind))
        return ["\(counted) — \(retry.words(help, help.mend == .again ? nil : kind))"] + said(causes)
    }

    private var retry: RetryCommand { RetryCommand(batch: batch, queue: queue, answerLimit: answerLimit) }

    private func said(_ causes: Causes) -> [String] {
        shown(causes).compactMap { kind in causes.sentences[kind].map { "  \(kind.rawValue): \(Self.shortened($0))" } }
    }

    private func helped(_ causes: Causes) -> [String] {
        shown(causes).map { kind in
            let said = causes.sentences[kind].map { "\(Self.shortened($0)) — " } ?? ""
            return "  \(kind.rawValue): \(said)\(retry.words(kind.help(isCut: causes.isMostlyCut(kind)), kind))"
        }
    }

    private func shown(_ causes: Causes) -> ArraySlice<FailureClass> { Self.ranked(causes.counts).prefix(5) }

    private static func shortened(_ text: String) -> String { Words.shortened(Words.clean(text), to: 200) }

    private func counted(_ state: JobState, _ count: Int, _ causes: Causes) -> String {
        var parts = Self.ranked(causes.counts).map { "\(Words.number(causes.counts[$0] ?? 0)) \($0.rawValue)" }
        if causes.without > 0 { parts.append("\(Words.number(causes.without)) by hand") }
        let others = count - causes.without - causes.counts.values.reduce(0, +)
        if others > 0 { parts.append("\(Words.number(others)) more") }
        let said = parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"
        return "\(Words.number(count)) \(state.rawValue)\(said)"
    }

    private static func ranked(_ counts: [FailureClass: Int]) -> [FailureClass] {
        counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }.map(\.key)
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
