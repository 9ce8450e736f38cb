import CutlineCore
import CutlineQueue

/// Why jobs of a batch stopped, and the command that mends it.
struct CauseText {
    let batch: String
    /// `--queue PATH` where it was given, else empty.
    let queue: [String]

    /// `12 failed: 9 image_rejected, 3 content_filtered — cutline retry --batch photos --class content_filtered`
    func line(_ state: JobState, _ count: Int, _ causes: Causes) -> String {
        var parts = causes.counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\(Words.number($0.value)) \($0.key.rawValue)" }
        if causes.without > 0 { parts.append("\(Words.number(causes.without)) by hand") }
        let others = count - causes.without - causes.counts.values.reduce(0, +)
        if others > 0 { parts.append("\(Words.number(others)) more") }
        let said = parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"
        return "\(Words.number(count)) \(state.rawValue)\(said) — \(mend(state, causes, others: others))"
    }

    private func mend(_ state: JobState, _ causes: Causes, others: Int) -> String {
        if state == .held { return command("release") }
        let hopeful = causes.counts.filter { $0.key.mayPass }
        guard let best = hopeful.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }) else {
            if causes.counts.keys.elementsEqual([.noVision]), others == 0 {
                return "give a --model that takes pictures, under a new --batch"
            }
            return
                "the same call would fail again; see `\((["cutline export --state failed --format table"] + queue).joined(separator: " "))`"
        }
        let isAll = hopeful.count == causes.counts.count && others == 0
        return command("retry", isAll ? [] : ["--class", best.key.rawValue])
    }

    private func command(_ verb: String, _ more: [String] = []) -> String {
        (["cutline", verb] + queue + ["--batch", Words.quoted(batch)] + more).joined(separator: " ")
    }
}

extension FailureClass {
    /// Whether the same call may succeed another time, or the user can mend its cause outside the queue.
    fileprivate var mayPass: Bool {
        switch self {
        case .imageUnreadable, .contentFiltered, .refused, .schemaMismatch: true
        case .noVision, .imageRejected, .tooLarge, .contextTooLong, .unsupportedParameter, .invalidRequest: false
        case .unauthorized, .forbidden, .quotaExhausted, .rateLimited, .overloaded, .serverError, .timeout, .unreachable, .connectionLost,
            .tls, .wrongEndpoint, .modelNotFound, .imageUnreachable, .emptyAnswer, .malformedAnswer, .cancelled:
            true
        }
    }
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
