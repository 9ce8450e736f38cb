import CutlineCore

/// One line of the table: every condition that is given must hold, and of `words` and `phrases` one is enough.
struct FailureRule: Sendable {
    let kind: FailureClass
    private let statuses: Set<Int>?
    /// Whether the answer is a web page.
    private let html: Bool?
    /// Codes, types and error names, whole and in lower case.
    private let words: Set<String>
    /// Those of which only beginning and end are known.
    private let wordFrames: [(head: String, tail: String)]
    private let phrases: [Phrase]
    /// Texts that rule it out.
    private let unless: [Phrase]

    init(
        _ kind: FailureClass, on statuses: Set<Int>? = nil, html: Bool? = nil, words: Set<String> = [], phrases: [Phrase] = [],
        unless: [Phrase] = []
    ) {
        self.kind = kind
        self.statuses = statuses
        self.html = html
        self.words = words.filter { !$0.contains("*") }
        wordFrames = words.filter { $0.contains("*") }.map { word in
            let halves = word.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(halves[0]), String(halves[1]))
        }
        self.phrases = phrases
        self.unless = unless
    }

    /// - Parameter text: what the report says, in lower case.
    func fits(_ report: ErrorReport, text: [UInt8], status: Int) -> Bool {
        if let statuses, !statuses.contains(status) { return false }
        if let html, html != report.isHTML { return false }
        if !words.isEmpty || !phrases.isEmpty {
            guard names(report) || phrases.contains(where: { $0.occurs(in: text) }) else { return false }
        }
        return !unless.contains { $0.occurs(in: text) }
    }

    private func names(_ report: ErrorReport) -> Bool {
        !words.isDisjoint(with: report.words)
            || wordFrames.contains { frame in report.words.contains { $0.hasPrefix(frame.head) && $0.hasSuffix(frame.tail) } }
    }
}

extension FailureClassifier {
    private static let clientErrors = Set(400..<500)
    private static let notPace = Set(200..<600).subtracting([429, 498])

    /// docs/providers.md says which provider each line comes from.
    static let rules: [FailureRule] =
        dudRules + endpointRules + moneyRules + accessRules + visionRules + pictureRules + requestRules + paceRules

    /// The model answered, and the provider could not use it: Groq, LiteLLM, OpenAI.
    private static let dudRules = [
        FailureRule(
            .schemaMismatch, on: notPace.subtracting([401, 402, 403, 404]),
            words: ["json_validate_failed", "jsonschemavalidationerror", "json_schema_validation_error", "structured_output_failed"],
            phrases: [
                "failed to validate json", "failed to generate json", "jsonschemavalidationerror", "json_validate_failed",
                Phrase(
                    ["generated", "model output", "model response", "model's output"],
                    ["does not match the schema", "does not match schema"]),
            ]),
        FailureRule(
            .malformedAnswer, on: notPace.subtracting([401, 402, 403, 404]),
            words: ["tool_use_failed", "output_parse_failed", "invalid_model_output"],
            phrases: ["model produced invalid content", "failed to call a function", "tool_use_failed", "failed to parse tool call"]),
    ]

    private static let endpointRules = [
        FailureRule(.wrongEndpoint, on: Set(300..<400)),
        FailureRule(
            .forbidden, on: [403, 503], html: true,
            phrases: ["just a moment", "error 1010", "error code: 1010", "error 1020", "error code: 1020", "you have been blocked"]),
        FailureRule(.wrongEndpoint, on: [403, 404, 405, 419], html: true),
        FailureRule(.wrongEndpoint, on: Set(200..<300), html: true),
    ]

    private static let moneyRules = [
        // Too many paid calls at once, not too little money.
        FailureRule(.rateLimited, words: ["openrouter_in_flight_budget", "in_flight_budget_exhausted"]),
        // Gemini names its limit per minute a quota as well; only the one per day is used up.
        FailureRule(.rateLimited, on: [429], words: ["resource_exhausted"], unless: ["perday", "per day", "limit: 0,"]),
        FailureRule(.quotaExhausted, on: [429], words: ["resource_exhausted"]),
        FailureRule(
            .quotaExhausted,
            words: [
                "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded", "project_spend_limit_exceeded",
                "organization_usage_limit_exceeded", "billing_hard_limit_reached", "billing_not_active", "account_deactivated",
                "insufficient_user_quota", "pre_consume_token_quota_failed", "budget_exceeded", "quota_exhausted", "quota_exceeded",
                "payment_required", "billing_error", "enforced_spend_limit_reached", "insufficient_balance",
                "exceeded_current_quota_error", "openrouter_credits", "openrouter_key_limit", "insufficient_credits",
                "insufficientcreditserror", "entitlement_*_limit_exceeded",
            ],
            phrases: [
                "exceeded your current quota", Phrase(["insufficient"], ["credit", "balance", "quota", "funds"]),
                "credit balance is too low", "daily spending limit", "key limit exceeded", "budget has been exceeded",
                "free-models-per-day", "用户额度不足", "预扣费", "余额不足", "额度不足", "欠费",
            ]),
        // Words that a refused request may also quote from a prompt.
        FailureRule(
            .quotaExhausted, on: Set(200..<600).subtracting([400, 413, 422]),
            phrases: [Phrase(["add"], ["credits"]), "top up ", "top up.", "spend limit", "billing"]),
    ]

    private static let accessRules = [
        FailureRule(.forbidden, words: ["key_model_access_denied", "team_model_access_denied", "access_denied", "permission_denied"]),
        FailureRule(
            .unauthorized, on: notPace,
            words: ["invalid_api_key", "authentication_error", "authenticationerror", "token_not_found_in_db"],
            phrases: ["no token provided", "invalid api key", "incorrect api key", "api key not valid", "litellm.authenticationerror"]),
        FailureRule(
            .forbidden, on: [400, 403, 503],
            phrases: [
                "identity verification", "you are banned", "user has been disabled", "ip not allowed",
                Phrase(["country", "region", "location"], ["not supported", "unsupported"]), "business-plan", "aren't allowed to be used",
                "ai coding agents",
            ]),
    ]

    private static let visionRules = [
        FailureRule(
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
        FailureRule(
            .tooLarge, on: notPace, words: ["image_too_large", "payload_too_large", "request_too_large"], phrases: tooLarge,
            unless: ["max_tokens", "token", "context"]),
        FailureRule(
            .imageUnreachable, on: [200, 400, 408, 415, 422, 424], words: ["invalid_image_url", "image_download_failed"],
            phrases: [
                Phrase(["timeout", "time out", "timed out", "error", "fail", "unable", "couldn't", "could not", "cannot"], ["download"]),
                Phrase(
                    ["timeout", "time out", "timed out", "error", "fail", "unable", "couldn't", "could not", "cannot"],
                    ["fetch", "retriev", "load", "access"], ["image", "url", "file", "media"]),
            ],
            unless: ["unsupported", "invalid image data"]),
        FailureRule(.imageUnreachable, words: ["image_not_found"]),
        FailureRule(
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

    private static let parameters = [
        "temperature", "response_format", "max_tokens", "max_completion_tokens", "top_p", "top_k", "seed", "stop sequences", "_penalty",
        "logprobs", "stream_options", "reasoning_effort", "image_url.detail", "'detail'", "`detail`",
    ]

    private static let requestRules = [
        FailureRule(
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
        FailureRule(
            .unsupportedParameter, on: [200, 400, 422, 500],
            words: ["unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"],
            phrases: [
                "unsupported parameter", "unknown parameter", "extra inputs are not permitted", "unrecognized request argument",
                "use 'max_completion_tokens'", "use max_completion_tokens", "only the default (1)", "unsupportedparamserror",
                "does not support parameters", "extra fields not permitted", "unrecognized parameter",
                "additional properties are not allowed",
                "unexpected keyword argument", Phrase(["invalid json payload"], ["unknown name"]),
                Phrase(["property '", "parameter '", "field '"], ["unsupported", "not supported"]),
                Phrase(parameters, ["not supported", "unsupported", "not permitted", "is deprecated"]),
                Phrase(["not support", "n't support", "unsupported"], parameters),
            ]),
        FailureRule(
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
        FailureRule(.refused, on: clientErrors.union([200]), words: ["refusal"]),
        FailureRule(
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
        FailureRule(
            .overloaded, on: Set(200..<600).subtracting([401, 402, 403, 429, 498]),
            words: ["overloaded_error", "provider_overloaded", "engine_overloaded", "slow_down", "unavailable_error"],
            phrases: ["loading model", "overloaded"]),
        FailureRule(
            .rateLimited, on: Set(200..<600).subtracting([401, 402, 403]),
            words: [
                "rate_limit_exceeded", "rate_limit_error", "rate_limited", "ratelimiterror", "rate_limit", "resource_exhausted",
                "too_many_requests", "slow_down", "throttling_error",
            ],
            phrases: ["litellm.ratelimiterror", "rate limit exceeded", "rate limit reached", "too many requests"]),
        FailureRule(.timeout, on: Set(200..<600), phrases: ["litellm.timeout"]),
    ]
}
