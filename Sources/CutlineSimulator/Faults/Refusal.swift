/// A call that is answered with an error: which one, and what is said of it. The dialect's `Clothes` say the rest.
struct Refusal: Error, Hashable {
    var name: Fault.Name
    /// In the place of the dialect's own sentence.
    var message: String?
    /// In the place of the dialect's own status and code.
    var status: Int?
    /// The picture's address or the parameter it is about.
    var url: String?
    var param: String?
    /// Seconds.
    var retryAfter: Double?
    /// As OpenAI's `error.code`, where the failure's own would be wrong.
    var code: String??
    /// Seconds until a limit leaves room: told where the dialect tells a wait, in the place of its own.
    var limitWait: Double?

    static func invalidRequest(_ message: String) -> Refusal { Refusal(name: .invalidRequest, message: message) }
    static func invalidImage(_ message: String) -> Refusal { Refusal(name: .imageRejected, message: message) }
    static func unreachableImage(_ url: String) -> Refusal { Refusal(name: .imageUnreachable, url: url) }

    static let wrongKey = Refusal(name: .unauthorized)
    static let notFound = Refusal(
        name: .modelNotFound, message: "The simulator has nothing at this address.", status: 404, code: "not_found")
    static let tooLarge = Refusal(name: .tooLarge, message: "The body is larger than 128 MiB.")
    /// Waits are told in whole seconds, as most do.
    static func overLimit(wait seconds: Double) -> Refusal { Refusal(name: .rateLimited, limitWait: max(1, seconds.rounded(.up))) }

    /// What `Fault.Kind.status` answers.
    static func simulated(status: Int, retryAfter: Double?) -> Refusal {
        let name: Fault.Name =
            switch status {
            case 401: .unauthorized
            case 429: .rateLimited
            case 500...: .serverError
            default: .invalidRequest
            }
        return Refusal(
            name: name, message: "A simulated fault: status \(status).", status: status, retryAfter: retryAfter,
            code: name == .serverError ? .some(nil) : nil)
    }
}
