import CutlineCore
import CutlineQueue

/// What must change before jobs that failed are sent again.
enum Mend: Hashable {
    /// Nothing: it passes by itself, or its cause lies outside the queue and nothing was paid.
    case again
    /// The answers need more tokens.
    case longerAnswers
    /// The model must be another one.
    case otherModel
}

extension FailureClass {
    /// Nil: no command helps.
    ///
    /// - Parameter isCut: whether the token limit ended the answers.
    func mend(isCut: Bool) -> Mend? {
        switch self {
        case .emptyAnswer, .schemaMismatch: isCut ? .longerAnswers : .otherModel
        case .malformedAnswer, .refused, .contentFiltered, .noVision: .otherModel
        case .imageRejected, .tooLarge, .contextTooLong, .unsupportedParameter, .invalidRequest: nil
        case .unauthorized, .forbidden, .quotaExhausted, .rateLimited, .overloaded, .serverError, .timeout, .unreachable, .connectionLost,
            .tls, .wrongEndpoint, .modelNotFound, .imageUnreachable, .imageUnreadable, .cancelled:
            .again
        }
    }
}

/// The command line that queues jobs of a batch again, with what must change about them.
struct RetryCommand {
    var batch = "NAME"
    /// `--queue PATH` where it was given, else empty.
    var queue: [String] = []
    /// The longest answer that the batch asks for, in tokens.
    var answerLimit: Int?

    /// - Parameter kind: only jobs that failed so; nil: all of the batch.
    func words(_ mend: Mend, _ kind: FailureClass? = nil) -> String {
        let chosen = kind.map { ["--class", $0.rawValue] } ?? []
        switch mend {
        case .again: return words("retry", chosen)
        case .longerAnswers: return "give the answers more room: \(words("retry", chosen + ["--max-tokens", room]))"
        case .otherModel: return "ask another model: \(words("retry", chosen + ["--model", "MODEL"]))"
        }
    }

    func words(_ verb: String, _ more: [String] = []) -> String {
        (["cutline", verb] + queue + ["--batch", Words.quoted(batch)] + more).joined(separator: " ")
    }

    /// Twice the second call's, which had twice the batch's.
    private var room: String { answerLimit.map { "\(min($0, 1_000_000) * 4)" } ?? "N" }
}

extension RetryCommand {
    /// Of the batch of a run, where there is one alone.
    init(of batches: [BatchStatus], queue: [String]) {
        self.init(queue: queue)
        guard batches.count == 1 else { return }
        (batch, answerLimit) = (batches[0].name, batches[0].answerLimit)
    }
}
