import CutlineCore
import CutlineQueue

/// What must change before jobs that failed are sent again.
enum Mend: Hashable {
    /// Nothing about the call: its cause lies outside the queue.
    case again
    /// The answers need more tokens.
    case longerAnswers
    /// The model must be another one.
    case otherModel
}

/// What helps where jobs failed: never a command that pays for the same again.
struct Help: Hashable {
    /// What a person does first.
    var first: String?
    /// Nil: no command helps.
    var mend: Mend?
}

extension FailureClass {
    /// - Parameter isCut: whether the token limit ended the answers.
    func help(isCut: Bool) -> Help {
        switch self {
        case .emptyAnswer, .schemaMismatch: Help(mend: isCut ? .longerAnswers : .otherModel)
        case .malformedAnswer, .refused, .contentFiltered: Help(mend: .otherModel)
        case .noVision:
            Help(first: "choose a model that sees pictures (`cutline models PROVIDER --vision` lists them)", mend: .otherModel)
        case .contextTooLong: Help(first: "take a model with more room, or smaller pictures", mend: .otherModel)
        case .imageRejected:
            Help(first: "the same call would fail again: mend these pictures and run again, which sends what was edited")
        case .tooLarge:
            Help(first: "the same call would fail again: make these pictures smaller and run again, which sends what was edited")
        case .unsupportedParameter, .invalidRequest: Help(first: "the same call would fail again: ask otherwise under a new --batch")
        case .imageUnreadable: Help(first: "restore the files, or mend the addresses", mend: .again)
        case .imageNotAllowed: Help(first: "allow these addresses at the next run with --allow-private-hosts", mend: .again)
        case .imageUnreachable:
            Help(first: "check the addresses, or have them fetched here at the next run with --image-transport inline", mend: .again)
        case .unauthorized: Help(first: "check the API key", mend: .again)
        case .forbidden: Help(first: "ask the provider to allow this account or model (or the proxy, where it is named)", mend: .again)
        case .quotaExhausted: Help(first: "top up at the provider or wait for the quota's reset", mend: .again)
        case .rateLimited: Help(first: "ask less at a time with --requests-per-minute N or --concurrency N", mend: .again)
        case .overloaded, .serverError: Help(first: "wait until the provider works again", mend: .again)
        case .timeout: Help(first: "give the answers more time at the next run with --timeout SECONDS", mend: .again)
        case .connectionLost: Help(first: "check the network, or have answers streamed at the next run with --stream", mend: .again)
        case .unreachable: Help(first: "check the network and the provider's base_url", mend: .again)
        case .tls: Help(first: "check the host's certificate and this machine's clock", mend: .again)
        case .wrongEndpoint: Help(first: "check the provider's base_url", mend: .again)
        case .modelNotFound: Help(first: "check that the provider has this model (`cutline models PROVIDER`)", mend: .again)
        case .cancelled: Help(mend: .again)
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

    /// What to do, and then the command.
    func words(_ help: Help, _ kind: FailureClass? = nil) -> String {
        let command = help.mend.map { words($0, kind) }
        guard let first = help.first else { return command ?? "" }
        return command.map { "\(first), then: \($0)" } ?? first
    }

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
