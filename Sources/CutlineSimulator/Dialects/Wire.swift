import CutlineCore

/// How a dialect looks on the wire, as data. `Wire+Table.swift` holds one for each dialect.
struct Wire: Sendable {
    /// Where a client finds its key's place.
    enum KeyForm: Hashable, Sendable {
        case bearer
        case header(String)
    }

    /// What stands before `chatPaths` and `modelsPath`, and ends the base URL that a profile would name.
    var base = "/v1"
    var chatPath = "/chat/completions"
    var modelsPath = "/models"
    var key = KeyForm.bearer
    /// Whether the model list is given without a key.
    var listIsPublic = false
    var answer = AnswerForm.completion
    /// Members after `usage` and inside `usage`, and after a choice, for those who have more than OpenAI.
    var extras = AnswerExtras()
    var stream = StreamForm.chunks
    var error: Template = .openAIError
    /// The word for an error by its status: `$type`.
    var types: [Int: String] = [:]
    /// What differs from `ErrorForm.plain`.
    var errors: [Fault.Name: ErrorForm] = [:]
    var limits = LimitForm.none
    /// Whether a wait is told as `Retry-After` (else in the body alone).
    var tellsRetryAfter = true
    var models = ServedModels.plain
    /// The header that names the call.
    var requestID: String?
    var costHeader: String?
    var pictures = PictureRules()
    /// o-series and GPT-5 models refuse `max_tokens` and a temperature other than 1.
    var hasReasoningModels = false
    /// Refuses calls with `Referer`, `HTTP-Referer` or `X-Title`.
    var refusesReferer = false
    /// A failure of the model behind it is told with status 200.
    var wrapsUpstreamFailures = false
    /// Spaces before the JSON of an answer that takes long, which are sent before its status is known.
    var leadingSpaces = 0
    /// The word for an answer that was withheld.
    var filteredWord = "content_filter"

    func trouble(_ name: Fault.Name) -> ErrorForm {
        if name == .unknownModel { return trouble(.modelNotFound) }
        guard let own = errors[name] else {
            var plain = ErrorForm.plain[name] ?? ErrorForm(400, "The call fails.")
            plain.type = types[plain.status] ?? plain.type
            return plain
        }
        var dressed = own
        if dressed.type == nil { dressed.type = types[own.status] ?? ErrorForm.plain[name]?.type }
        return dressed
    }
}

/// What kinds of pictures a dialect takes; the number of pictures in a call.
struct PictureRules: Hashable, Sendable {
    var inlineOnly = false
    var refused: Set<PictureFormat> = []
    var most: Int?
}

/// What one failure looks like in one dialect.
struct ErrorForm: Sendable {
    enum Body: Hashable, Sendable {
        case json
        case text
        case html
        case empty
    }

    var status: Int
    /// Before a wait or a detail of the call is told in it: `${model}`, `${seconds}`, `${url}`, `${param}`.
    var message: Template
    var type: String?
    var code: String?
    var body: Body
    /// JSON for the blank `$extra`, as text.
    var extra: Template?
    /// The whole body, where it differs from the dialect's error form.
    var whole: Template?
    /// Seconds, where the fault says nothing else.
    var wait: Double?

    init(
        _ status: Int, _ message: Template, type: String? = nil, code: String? = nil, body: Body = .json, extra: Template? = nil,
        whole: Template? = nil, wait: Double? = nil
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.body = body
        self.extra = extra
        self.whole = whole
        self.wait = wait
    }
}
