/// A call that is answered with an error: which one, and what is said of it. The dialect's `ErrorForm` say the rest.
struct ScriptedRefusal: Error, Hashable {
    struct Excess: Hashable {
        var limit: Int
        var requested: Int
        /// As providers write it: `tokens per min (TPM)`.
        var unit: String
    }

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
    /// What the call asks for of a limit that never holds so much.
    var excess: Excess?
    /// Seconds until a limit leaves room: told where the dialect tells a wait, in the place of its own.
    var limitWait: Double?

    static func invalidRequest(_ message: String) -> ScriptedRefusal { ScriptedRefusal(name: .invalidRequest, message: message) }
    static func invalidImage(_ message: String) -> ScriptedRefusal { ScriptedRefusal(name: .imageRejected, message: message) }
    static func unreachableImage(_ url: String) -> ScriptedRefusal { ScriptedRefusal(name: .imageUnreachable, url: url) }

    static let wrongKey = ScriptedRefusal(name: .unauthorized)
    static let notFound = ScriptedRefusal(
        name: .modelNotFound, message: "The simulator has nothing at this address.", status: 404, code: "not_found")
    static let tooLarge = ScriptedRefusal(name: .tooLarge, message: "The body is larger than 128 MiB.")
    /// Waits are told in whole seconds, as most do.
    static func overLimit(wait seconds: Double) -> ScriptedRefusal {
        ScriptedRefusal(name: .rateLimited, limitWait: max(1, seconds.rounded(.up)))
    }

    /// Above so many tokens the fault `oversize` refuses a call.
    static let oversizeLimit = 1_000

    static func oversize(_ request: ChatRequest?) -> ScriptedRefusal {
        let limit = SimulatorOptions.WindowLimit(count: oversizeLimit, seconds: 60, kind: .tokens)
        return neverFits(limit, requested: request.map { ScriptedAnswer(to: $0).tokens } ?? 2 * oversizeLimit)
    }

    static func neverFits(_ limit: SimulatorOptions.WindowLimit, requested: Int) -> ScriptedRefusal {
        ScriptedRefusal(name: .oversize, excess: Excess(limit: limit.count, requested: requested, unit: limit.unit))
    }

    /// What `Fault.Kind.status` answers.
    static func simulated(status: Int, retryAfter: Double?) -> ScriptedRefusal {
        let name: Fault.Name =
            switch status {
            case 401: .unauthorized
            case 429: .rateLimited
            case 500...: .serverError
            default: .invalidRequest
            }
        return ScriptedRefusal(
            name: name, message: "A simulated fault: status \(status).", status: status, retryAfter: retryAfter,
            code: name == .serverError ? .some(nil) : nil)
    }
}

extension SimulatorOptions.WindowLimit {
    fileprivate var unit: String {
        let counted = kind.rawValue.replacing("_", with: " ")
        guard seconds == 60 else { return "\(counted) in \(seconds) s" }
        return "\(counted) per minute (\(kind == .requests ? "RPM" : "TPM"))"
    }
}
