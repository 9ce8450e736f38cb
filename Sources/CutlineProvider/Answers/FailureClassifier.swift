import CutlineCore

/// Finds the class of a provider's error. Rules about what it says come first, then rules about its status; the first that fits decides.
struct FailureClassifier: Sendable {
    /// Whether the provider had to fetch a picture itself; otherwise a picture that "cannot be loaded" is a bad picture.
    let sentAddresses: Bool

    /// - Parameter status: the one in the body where there is one, else the HTTP status.
    func kind(of report: ErrorReport, status: Int) -> FailureClass {
        let text = report.searchedText
        for rule in Self.rules where rule.fits(report, text: text, status: status) {
            if rule.kind == .imageUnreachable, !sentAddresses { return .imageRejected }
            return rule.kind
        }
        return Self.kind(ofStatus: status)
    }

    private static func kind(ofStatus status: Int) -> FailureClass {
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
