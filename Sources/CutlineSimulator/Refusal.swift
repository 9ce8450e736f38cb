/// A call that is answered with an error because of what it says.
struct Refusal: Error, Hashable {
    var status: Int
    var message: String
    /// OpenAI's `error.type`.
    var type = "invalid_request_error"
    /// OpenAI's `error.code`.
    var code: String?
    /// Seconds.
    var retryAfter: Double?

    static func invalidRequest(_ message: String) -> Refusal { Refusal(status: 400, message: message) }
    static func invalidImage(_ message: String) -> Refusal { Refusal(status: 400, message: message, code: "invalid_image") }

    static let wrongKey = Refusal(status: 401, message: "Incorrect API key provided: simulator", code: "invalid_api_key")
    static let notFound = Refusal(status: 404, message: "The simulator has nothing at this address.", code: "not_found")
    static let tooLarge = Refusal(status: 413, message: "The body is larger than 128 MiB.", code: "request_too_large")
    static let overRate = Refusal(
        status: 429, message: "The simulator's rate limit is reached.", type: "requests", code: "rate_limit_exceeded", retryAfter: 1)
    static let quota = Refusal(
        status: 429, message: "The simulated quota is used up.", type: "insufficient_quota", code: "insufficient_quota")

    /// What `Fault.Kind.status` answers.
    static func simulated(status: Int, retryAfter: Double?) -> Refusal {
        let code = status == 429 ? "rate_limit_exceeded" : status == 401 ? "invalid_api_key" : nil
        return Refusal(
            status: status, message: "A simulated fault: status \(status).",
            type: status >= 500 ? "server_error" : status == 429 ? "requests" : "invalid_request_error", code: code, retryAfter: retryAfter)
    }
}
