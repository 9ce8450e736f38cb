import CutlineCore

extension Pause {
    /// What a person can do about it.
    var advice: String { advice(RetryCommand()) }

    /// - Parameter retry: names the batch, where there is one alone.
    func advice(_ retry: RetryCommand) -> String {
        switch kind {
        case .modelNotFound: "check --model, and give a new --batch with the right one; where it is right, run again later"
        case .timeout, .connectionLost: "the provider takes calls and does not answer; look at `cutline show`, then run again"
        case .invalidRequest, .unsupportedParameter:
            "ask otherwise under a new --batch; or mend the provider's settings, queue the failed jobs with `cutline retry`, and run again"
        case .noVision:
            "choose a model that sees pictures (`cutline models PROVIDER --vision` lists them), give a new --batch, and run again"
        case .emptyAnswer, .malformedAnswer, .schemaMismatch, .refused, .contentFiltered, .serverError:
            "\(retry.words(answersAreCut == true ? .longerAnswers : .otherModel)), then run again"
        case .unauthorized, .forbidden, .quotaExhausted, .rateLimited, .overloaded, .unreachable, .tls, .wrongEndpoint, .imageUnreachable,
            .imageRejected, .imageUnreadable, .imageNotAllowed, .tooLarge, .contextTooLong, .cancelled:
            "\(kind.help(isCut: false).first ?? "mend the cause"), then run again"
        }
    }
}

extension Remedy {
    /// What is done from now on.
    var words: String {
        switch self {
        case .drop(let name): "leaves \(name) out"
        case .rename(let name, let other): "sends \(name) as \(other)"
        case .chatPath(let path): "calls \(path)"
        }
    }
}
