import CutlineCore

/// Finds the class of a provider's error by the evidence in it.
struct FailureClassifier: Sendable {
    /// Whether the provider had to fetch a picture itself; otherwise a picture that "cannot be loaded" is a bad picture.
    let sentAddresses: Bool

    /// - Parameters:
    ///   - status: the one in the body where there is one, else the HTTP status.
    ///   - wait: what the answer tells of when to come again.
    func kind(of report: ErrorReport, status: Int, wait: Duration? = nil) -> FailureClass {
        let clues = Clues(report: report, text: report.searchedText, status: status, wait: wait)
        let kind = Evidence.allCases.lazy.compactMap { clues.kind(by: $0) }.first ?? .serverError
        return kind == .imageUnreachable && !sentAddresses ? .imageRejected : kind
    }
}

/// One refusal, as the evidence is sought in it.
private struct Clues {
    let report: ErrorReport
    /// Its sentence in lower case, without links.
    let text: [UInt8]
    let status: Int
    let wait: Duration?

    /// Above it a told wait is a day's end or a mistake, and says nothing of the pace.
    private static let longestPace = Duration.seconds(3_600)

    func kind(by evidence: Evidence) -> FailureClass? {
        switch evidence {
        case .shape: FailureClassifier.shapes.first { $0.fits(report, text: text, status: status) }?.kind
        case .code: identified(by: report.codes, in: FailureClassifier.identifiers)
        case .type: identified(by: report.types, in: FailureClassifier.identifiers)
        case .limit: limit
        case .wait: [429, 498].contains(status) && wait.map { $0 < Self.longestPace } ?? false ? .rateLimited : nil
        case .sentence: FailureClassifier.sentences.first { $0.fits(report, text: text, status: status) }?.kind
        case .family: identified(by: report.codes + report.types, in: FailureClassifier.families)
        case .status: FailureClassifier.kind(ofStatus: status)
        }
    }

    private func identified(by names: [String], in rules: [IdentifierRule]) -> FailureClass? {
        names.lazy.compactMap { name in rules.first { $0.fits(name, status: status) }?.kind }.first
    }

    /// Of a limit per minute and one per day the day's end is the later.
    private var limit: FailureClass? {
        guard [429, 498].contains(status) else { return nil }
        if FailureClassifier.nothingAllowed.occurs(in: text) { return .quotaExhausted }
        let names =
            report.quotas.map { $0.lowercased() } + FailureClassifier.limitNames.filter { Phrase(stringLiteral: $0).occurs(in: text) }
        if names.contains(where: { $0.contains("perday") || $0.contains("per-day") }) { return .quotaExhausted }
        // The account that was refused is the gateway's own, and the gateway has others.
        return names.isEmpty && !report.isOfSharedUpstream ? nil : .rateLimited
    }
}

extension FailureClassifier {
    /// Gemini: there is no free plan for this model.
    fileprivate static let nothingAllowed: Phrase = "limit: 0,"
    /// Names of limits that stand in a sentence: OpenRouter's.
    fileprivate static let limitNames = ["free-models-per-day", "free-models-per-min"]

    fileprivate static func kind(ofStatus status: Int) -> FailureClass {
        switch status {
        case 300..<400, 404, 405, 419, 501, 505: .wrongEndpoint
        case 401, 407: .unauthorized
        case 402: .quotaExhausted
        case 403, 451: .forbidden
        case 408, 425, 499, 504, 524: .timeout
        case 409, 423, 424: .serverError
        case 413: .tooLarge
        case 429, 498: .rateLimited
        case 503, 529: .overloaded
        case 400..<500: .invalidRequest
        default: .serverError
        }
    }
}
