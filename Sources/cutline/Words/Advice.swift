import CutlineCore

extension Pause {
    /// What a person can do about it.
    var advice: String { advice(RetryCommand()) }

    /// - Parameter retry: names the batch, where there is one alone.
    func advice(_ retry: RetryCommand) -> String {
        switch kind {
        case .unauthorized: "check the API key, then run again"
        case .forbidden: "ask the provider to allow this account or model (or the proxy, where it is named), then run again"
        case .quotaExhausted: "top up at the provider or wait for the quota's reset, then run again"
        case .modelNotFound: "check --model, and give a new --batch with the right one; where it is right, run again later"
        case .wrongEndpoint: "check the provider's base_url, then run again"
        case .tls: "check the host's certificate and this machine's clock, then run again"
        case .unreachable: "check the network and the provider's base_url, then run again"
        case .timeout, .connectionLost: "the provider takes calls and does not answer; look at `cutline show`, then run again"
        case .invalidRequest, .unsupportedParameter:
            "ask otherwise under a new --batch; or mend the provider's settings, queue the failed jobs with `cutline retry`, and run again"
        case .noVision:
            "choose a model that sees pictures (`cutline models PROVIDER --vision` lists them), give a new --batch, and run again"
        case .emptyAnswer, .malformedAnswer, .schemaMismatch, .refused, .contentFiltered, .serverError:
            "\(retry.words(answersAreCut == true ? .longerAnswers : .otherModel)), then run again"
        default: "mend the cause, then run again"
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
