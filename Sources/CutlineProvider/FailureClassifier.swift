import CutlineCore

/// Finds the class of a provider's error. Rules about what it says come first, then rules about its status; the first that fits decides.
struct FailureClassifier: Sendable {
    /// Whether the provider had to fetch a picture itself; otherwise a picture that "cannot be loaded" is a bad picture.
    let sentAddresses: Bool

    /// - Parameter status: the one in the body where there is one, else the HTTP status.
    func kind(of report: ErrorReport, status: Int) -> FailureClass {
        let text = report.message.lowercased()
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

/// One line of the table: every condition that is given must hold, and of `words` and `phrases` one is enough.
private struct Rule: Sendable {
    let kind: FailureClass
    var statuses: Set<Int>?
    /// Whether the answer is a web page.
    var html: Bool?
    /// Codes, types and error names, whole and in lower case.
    var words: Set<String> = []
    var phrases: [Phrase] = []
    /// Texts that rule it out.
    var unless: [Phrase] = []

    init(
        _ kind: FailureClass, on statuses: Set<Int>? = nil, html: Bool? = nil, words: Set<String> = [], phrases: [Phrase] = [],
        unless: [Phrase] = []
    ) {
        self.kind = kind
        self.statuses = statuses
        self.html = html
        self.words = words
        self.phrases = phrases
        self.unless = unless
    }

    func fits(_ report: ErrorReport, text: String, status: Int) -> Bool {
        if let statuses, !statuses.contains(status) { return false }
        if let html, html != report.isHTML { return false }
        if unless.contains(where: { $0.occurs(in: text) }) { return false }
        if words.isEmpty, phrases.isEmpty { return true }
        return !words.isDisjoint(with: report.words) || phrases.contains { $0.occurs(in: text) }
    }
}

/// Parts that follow each other in a text, each in one of several wordings, at most 60 characters apart.
struct Phrase: Sendable, ExpressibleByStringLiteral {
    private let parts: [[String]]

    init(_ parts: [String]...) { self.parts = parts }
    init(stringLiteral text: String) { parts = [[text]] }

    /// - Parameter text: in lower case.
    func occurs(in text: String) -> Bool { Self.occur(parts[...], in: Substring(text), isFirst: true) }

    private static func occur(_ parts: ArraySlice<[String]>, in text: Substring, isFirst: Bool) -> Bool {
        guard let wordings = parts.first else { return true }
        let window = isFirst ? text : text.prefix(60)
        return wordings.contains { wording in
            window.ranges(of: wording).contains { occur(parts.dropFirst(), in: text[$0.upperBound...], isFirst: false) }
        }
    }
}

extension FailureClassifier {
    private static let clientErrors = Set(400..<500)
    private static let notPace = Set(200..<600).subtracting([429, 498])

    /// docs/providers.md says which provider each line comes from.
    fileprivate static let rules: [Rule] =
        endpointRules + moneyRules + accessRules + visionRules + pictureRules + requestRules + paceRules

    private static let endpointRules = [
        Rule(.wrongEndpoint, on: Set(300..<400)),
        Rule(
            .forbidden, on: [403, 503], html: true,
            phrases: ["just a moment", "error 1010", "error code: 1010", "error 1020", "error code: 1020", "you have been blocked"]),
        Rule(.wrongEndpoint, on: [403, 404, 405, 419], html: true),
        Rule(.wrongEndpoint, on: Set(200..<300), html: true),
    ]

    private static let moneyRules = [
        // Too many paid calls at once, not too little money.
        Rule(.rateLimited, words: ["openrouter_in_flight_budget", "in_flight_budget_exhausted"]),
        // Gemini names its limit per minute a quota as well; only the one per day is used up.
        Rule(.rateLimited, on: [429], words: ["resource_exhausted"], unless: ["perday", "per day", "limit: 0,"]),
        Rule(
            .quotaExhausted,
            words: [
                "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded", "project_spend_limit_exceeded",
                "organization_usage_limit_exceeded", "billing_hard_limit_reached", "billing_not_active", "account_deactivated",
                "insufficient_user_quota", "pre_consume_token_quota_failed", "budget_exceeded", "quota_exhausted", "quota_exceeded",
                "payment_required", "billing_error", "enforced_spend_limit_reached", "insufficient_balance",
                "exceeded_current_quota_error", "openrouter_credits", "openrouter_key_limit", "insufficient_credits",
                "insufficientcreditserror",
            ],
            phrases: [
                "exceeded your current quota", Phrase(["insufficient"], ["credit", "balance", "quota", "funds"]),
                "credit balance is too low", "daily spending limit", "key limit exceeded", "budget has been exceeded",
                "free-models-per-day", "用户额度不足", "预扣费", "余额不足", "额度不足", "欠费",
            ]),
        // Words that a refused request may also quote from a prompt.
        Rule(
            .quotaExhausted, on: Set(200..<600).subtracting([400, 413, 422]),
            phrases: [Phrase(["add"], ["credits"]), "top up ", "top up.", "spend limit", "billing"]),
    ]

    private static let accessRules = [
        Rule(.forbidden, words: ["key_model_access_denied", "team_model_access_denied", "access_denied", "permission_denied"]),
        Rule(
            .unauthorized, on: notPace,
            words: ["invalid_api_key", "authentication_error", "authenticationerror", "token_not_found_in_db"],
            phrases: ["no token provided", "invalid api key", "incorrect api key", "api key not valid", "litellm.authenticationerror"]),
        Rule(
            .forbidden, on: [400, 403, 503],
            phrases: [
                "identity verification", "you are banned", "user has been disabled", "ip not allowed",
                Phrase(["country", "region", "location"], ["not supported", "unsupported"]), "business-plan", "aren't allowed to be used",
                "ai coding agents",
            ]),
    ]

    private static let visionRules = [
        Rule(
            .noVision,
            phrases: [
                Phrase(["not support", "n't support"], ["image", "vision", "multimodal"]),
                Phrase(["no endpoints found that support"], ["image"]), Phrase(["image input", "images"], ["not supported"]),
                Phrase(["only"], ["'text'", "\"text\"", "text"], ["content type", "content-type", "type is supported"]),
                Phrase(["unsupported", "unknown"], ["image_url"]), "not a multimodal model", "does not accept images",
            ],
            unless: [
                "image format", "image type", "media type", "image/", "image url", "download", "fetch",
                Phrase(["invalid", "unsupported"], ["url"]),
                "detail",
            ])
    ]

    private static let tooLarge: [Phrase] = [
        "size exceeds", "exceeds maximum allowed size", "too large", "exceeds the maximum size",
        Phrase(["image", "file"], ["exceeds"], ["mb", "bytes", "limit"]),
        Phrase(["too many"], ["images"]),
    ]

    private static let pictureRules = [
        Rule(
            .tooLarge, on: notPace, words: ["image_too_large", "payload_too_large", "request_too_large"], phrases: tooLarge,
            unless: ["max_tokens", "token", "context"]),
        Rule(
            .imageUnreachable, on: [200, 400, 408, 415, 422, 424], words: ["invalid_image_url", "image_download_failed"],
            phrases: [
                Phrase(["timeout", "time out", "timed out", "error", "fail", "unable", "couldn't", "could not", "cannot"], ["download"]),
                Phrase(
                    ["timeout", "time out", "timed out", "error", "fail", "unable", "couldn't", "could not", "cannot"],
                    ["fetch", "retriev", "load", "access"], ["image", "url", "file", "media"]),
            ],
            unless: ["unsupported", "invalid image data"]),
        Rule(.imageUnreachable, words: ["image_not_found"]),
        Rule(
            .imageRejected, on: Set(200..<600).subtracting([401, 402, 403, 429]),
            words: [
                "invalid_image", "unsupported_image_format", "image_parse_error", "image_too_small", "invalid_image_format",
                "unsupported_image_media_type", "invalid_base64",
            ],
            phrases: [
                "must be a base64", "invalid image", "unsupported image", "image too small", "invalid base64",
                Phrase(["could not", "unable to", "cannot", "failed to"], ["process", "decode", "parse", "identify", "read"], ["image"]),
                Phrase(["not"], ["valid image"]), Phrase(["image"], ["format", "type", "media type"], ["not supported", "unsupported"]),
            ]),
    ]

    private static let requestRules = [
        Rule(
            .contextTooLong, on: notPace,
            words: [
                "context_length_exceeded", "string_too_long", "max_tokens_exceeded", "token_limit_exceeded",
                "contextwindowexceedederror", "exceed_context_size_error",
            ],
            phrases: [
                "maximum context length", "contextwindowexceedederror", "prompt is too long", "exceeds the context",
                Phrase(["exceed", "too long", "larger than"], ["context window", "context size", "context length"]),
                Phrase(["token count"], ["exceeds"]),
            ]),
        Rule(
            .unsupportedParameter, on: [200, 400, 422, 500],
            words: ["unsupported_parameter", "unsupported_value", "unknown_parameter"],
            phrases: [
                "unsupported parameter", "unknown parameter", "extra inputs are not permitted", "unrecognized request argument",
                "use 'max_completion_tokens'", "use max_completion_tokens", "only the default (1)", "unsupportedparamserror",
                "does not support parameters", Phrase(["temperature", "response_format", "max_tokens"], ["not supported"]),
            ]),
        Rule(
            .modelNotFound, on: [200, 400, 403, 404, 410, 422, 503],
            words: ["model_not_found", "modelnotfounderror", "invalid_model", "model_not_available", "providernotfounderror"],
            phrases: [
                Phrase(
                    ["model"],
                    [
                        "not found", "does not exist", "doesn't exist", "not available", "no longer available", "is not supported",
                        "not a valid",
                    ]),
                "no available channel", "no endpoints found", "not a valid model", "invalid model", "unknown model",
                "llm provider not provided", Phrase(["provider '", "provider \"", "provider `"], ["not found", "does not exist"]),
            ],
            unless: ["temporarily", "overloaded", "unavailable"]),
        Rule(.refused, on: clientErrors.union([200]), words: ["refusal"]),
        Rule(
            .contentFiltered, on: clientErrors.subtracting([401, 402, 404, 429]).union([200, 500]),
            words: [
                "content_filter", "content_policy_violation", "responsibleaipolicyviolation", "prompt_blocked",
                "sensitive_words_detected", "moderation_blocked", "contentpolicyviolationerror", "content_filtered",
            ],
            phrases: [
                "content policy", "content management policy", "content filter", "contentpolicyviolationerror", "moderation",
                "guardrail", "safety system", "flagged", "usage policies",
            ]),
    ]

    private static let paceRules = [
        Rule(
            .overloaded, on: Set(200..<600).subtracting([401, 402, 403, 429, 498]),
            words: ["overloaded_error", "provider_overloaded", "engine_overloaded", "slow_down", "unavailable_error"],
            phrases: ["loading model", "overloaded"]),
        Rule(
            .rateLimited, on: Set(200..<600).subtracting([401, 402, 403]),
            words: [
                "rate_limit_exceeded", "rate_limit_error", "rate_limited", "ratelimiterror", "rate_limit", "resource_exhausted",
                "too_many_requests", "slow_down", "throttling_error",
            ],
            phrases: ["litellm.ratelimiterror", "rate limit exceeded", "rate limit reached", "too many requests"]),
        Rule(.timeout, on: Set(200..<600), phrases: ["litellm.timeout"]),
    ]
}
