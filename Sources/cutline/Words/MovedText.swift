import CutlineCore
import CutlineQueue

/// The verbs that move jobs, as their commands speak of them.
enum JobVerb {
    case retry, cancel, hold, release

    var done: String {
        switch self {
        case .retry, .release: "queued again"
        case .cancel: "cancelled"
        case .hold: "held"
        }
    }

    /// States that a person may have hoped the verb would move too.
    fileprivate var neighbours: [JobState] {
        switch self {
        case .retry: [.held]
        case .release: [.failed, .cancelled]
        case .hold: [.running]
        case .cancel: []
        }
    }

    /// The command that moves what this one leaves alone.
    fileprivate func hint(_ state: JobState) -> String? {
        switch state {
        case .held: self == .retry ? "`cutline release` queues those" : nil
        case .cancelled: self == .retry || self == .release ? "`cutline release --job KEY` queues those" : nil
        case .failed: self == .release ? "`cutline retry` queues those" : nil
        case .running: self == .hold ? "their calls go on" : nil
        case .queued, .succeeded: nil
        }
    }
}

/// What a verb did, and what it left alone and why.
enum MovedText {
    /// - Parameters:
    ///   - change: how the jobs are asked from now on.
    ///   - priority: what was chosen for them.
    ///   - standing: jobs of the selection by state afterwards, where that is known.
    static func lines(_ verb: JobVerb, _ moved: JobsMoved, change: String? = nil, priority: Priority? = nil, standing: [JobState: Int])
        -> String
    {
        let running = verb == .cancel ? moved.moved[.running] ?? 0 : 0
        let note = running > 0 ? "; \(Words.number(running)) of them running: the call goes on, and its caption is kept if it comes" : ""
        let first = "\(Words.count(moved.count, "job")) \(verb.done)\(changed(moved, change, priority))\(note)\n"
        let left = left(verb, moved, standing)
        return first + (left.isEmpty ? "" : "left alone: \(left.joined(separator: ", "))\n")
    }

    /// ` (2 queued before), to be asked with max_tokens 400, of high priority`
    private static func changed(_ moved: JobsMoved, _ change: String?, _ priority: Priority?) -> String {
        let before = moved.moved[.queued].map { " (\(Words.number($0)) of them queued before)" } ?? ""
        let better = moved.moved[.succeeded] == nil ? "" : "; a caption stays until a better one comes"
        let words = [change.map { ", to be asked \($0)" }, priority.map { ", of \($0.word) priority" }].compactMap(\.self)
        return (words.isEmpty ? "" : before + words.joined()) + better
    }

    private static func left(_ verb: JobVerb, _ moved: JobsMoved, _ standing: [JobState: Int]) -> [String] {
        let states: [JobState] = [.queued, .running, .succeeded, .failed, .held, .cancelled]
        var parts = states.compactMap { state -> String? in
            let count = moved.left[.state(state)] ?? (verb.neighbours.contains(state) ? standing[state] : nil) ?? 0
            guard count > 0 else { return nil }
            return "\(Words.number(count)) \(state.rawValue)\(verb.hint(state).map { " (\($0))" } ?? "")"
        }
        if let count = moved.left[.callOpen] { parts.append("\(Words.number(count)) with a call still open, which would be paid twice") }
        if let count = moved.left[.nameless] {
            parts.append("\(Words.number(count)) whose picture was edited or is missing, so that no key names it")
        }
        if let count = moved.left[.trial] {
            parts.append("\(Words.number(count)) of trials that `cutline compare` made (--batch names one)")
        }
        return parts
    }
}
