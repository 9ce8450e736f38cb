import CutlineCore

/// One line of the tables of identifiers: what a code or a type says.
struct IdentifierRule: Sendable {
    let kind: FailureClass
    private let statuses: Set<Int>?
    private let names: Set<String>
    /// Those of which only parts are known: `entitlement_*_limit_exceeded`.
    private let patterns: [NamePattern]

    /// - Parameter names: in any spelling; a star stands for anything.
    init(_ kind: FailureClass, on statuses: Set<Int>? = nil, _ names: Set<String>) {
        self.kind = kind
        self.statuses = statuses
        self.names = Set(names.filter { !$0.contains("*") }.map(\.identifier))
        patterns = names.filter { $0.contains("*") }.map { NamePattern($0.identifier) }
    }

    /// - Parameter name: an `identifier`.
    func fits(_ name: String, status: Int) -> Bool {
        if let statuses, !statuses.contains(status) { return false }
        return names.contains(name) || patterns.contains { $0.fits(name) }
    }
}

extension String {
    /// What the spellings of one name share: `DataInspectionFailed`, `data_inspection_failed` and `data-inspection.failed`.
    var identifier: String { lowercased().filter { $0.isLetter || $0.isNumber || $0 == "*" } }
}

extension FailureClassifier {
    private static let clientErrors = Set(400..<500)
    private static let notPace = Set(200..<600).subtracting([429, 498])
    private static let notTheAccount = notPace.subtracting([401, 402, 403, 404])

    /// Each says one thing whatever stands beside it. docs/providers.md says which provider a line comes from.
    static let identifiers: [IdentifierRule] = ofTheAnswer + ofTheAccount + ofThePicture + ofTheRequest + ofThePace

    /// They say in which room the trouble lies: which trouble it is, the sentence says better.
    static let families = [
        IdentifierRule(.forbidden, on: notPace, ["access_denied", "permission_denied", "permission_error", "PermissionDeniedError"]),
        IdentifierRule(.imageRejected, on: notTheAccount, ["invalid_image"]),
        IdentifierRule(.rateLimited, on: Set(400..<600).subtracting([401, 402, 403]), ["throttling_error", "resource_exhausted"]),
    ]

    /// The model answered, and the provider could not use it: Groq, LiteLLM, OpenAI.
    private static let ofTheAnswer = [
        IdentifierRule(
            .schemaMismatch, on: notTheAccount,
            ["json_validate_failed", "JSONSchemaValidationError", "json_schema_validation_error", "structured_output_failed"]),
        IdentifierRule(.malformedAnswer, on: notTheAccount, ["tool_use_failed", "output_parse_failed", "invalid_model_output"]),
    ]

    private static let ofTheAccount = [
        // Too many paid calls at once, not too little money.
        IdentifierRule(.rateLimited, ["openrouter_in_flight_budget", "in_flight_budget_exhausted"]),
        IdentifierRule(
            .quotaExhausted,
            [
                "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded", "project_spend_limit_exceeded",
                "organization_usage_limit_exceeded", "billing_hard_limit_reached", "billing_not_active", "account_deactivated",
                "insufficient_user_quota", "pre_consume_token_quota_failed", "budget_exceeded", "quota_exhausted", "quota_exceeded",
                "payment_required", "billing_error", "enforced_spend_limit_reached", "insufficient_balance", "Arrearage",
                "exceeded_current_quota_error", "openrouter_credits", "openrouter_key_limit", "insufficient_credits",
                "InsufficientCreditsError", "entitlement_*_limit_exceeded", "AccountOverdueError", "FreeTierOnly", "*AllocationQuota",
                "1113", "1309", "1310", "minimax 1008", "BillingHardLimit",
            ]),
        IdentifierRule(.wrongEndpoint, ["incorrect_hostname", "url.not_found", "unknown_url", "route_not_found", "endpoint_not_found"]),
        IdentifierRule(.forbidden, ["key_model_access_denied", "team_model_access_denied", "unsupported_country_region_territory"]),
        IdentifierRule(
            .unauthorized, on: notPace,
            [
                "invalid_api_key", "API_KEY_INVALID", "authentication_error", "token_not_found_in_db", "expired_api_key", "api_key_expired",
                "expired_key", "invalid_authentication", "invalid_authentication_error", "UNAUTHENTICATED", "unauthorized", "invalid_token",
                "token_expired", "expired_token", "AuthenticationFailed", "invalid_iam_token", "InvalidAccessKey*", "SignatureDoesNotMatch",
                "UnrecognizedClientException", "ExpiredTokenException", "minimax 1004",
                "minimax 2049", "qianfan 110", "qianfan 111",
            ]),
    ]

    private static let ofThePicture = [
        IdentifierRule(
            .contentFiltered, on: clientErrors.subtracting([401, 402, 404, 429]).union([200, 500]),
            [
                "content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation", "prompt_blocked", "sensitive_words_detected",
                "moderation_blocked", "ContentPolicyViolationError", "content_filtered", "DataInspectionFailed",
                "*SensitiveContentDetected*",
                "prohibited_content", "censored_content", "censorship_blocked", "content_moderation_failed", "content_blocked",
                "unsafe_content", "RiskDetection", "content_risk", "*RiskDetection", "moderation_error", "content_safety", "safety_error",
                "1301", "minimax 1026", "minimax 1027", "qianfan 336104", "input_moderation_failed",
            ]),
        IdentifierRule(
            .tooLarge, on: notPace,
            ["image_too_large", "payload_too_large", "request_too_large", "RequestEntityTooLarge", "file_too_large", "image_size_exceeded"]),
        IdentifierRule(
            .imageUnreachable, on: [200, 400, 408, 415, 422, 424],
            ["invalid_image_url", "image_download_failed", "InvalidURL.ConnectionRefused", "InvalidURL.Timeout"]),
        IdentifierRule(.imageUnreachable, ["image_not_found"]),
        IdentifierRule(
            .imageRejected, on: Set(200..<600).subtracting([401, 402, 403, 429]),
            [
                "unsupported_image_format", "image_parse_error", "image_too_small", "invalid_image_format", "unsupported_image_media_type",
                "invalid_base64", "InvalidImageFormat",
            ]),
    ]

    private static let ofTheRequest = [
        IdentifierRule(
            .contextTooLong, on: notPace,
            [
                "context_length_exceeded", "string_too_long", "max_tokens_exceeded", "token_limit_exceeded", "tokens_limit_reached",
                "ContextWindowExceededError", "exceed_context_size_error", "context_overflow", "input_too_long", "prompt_too_long", "1261",
            ]),
        IdentifierRule(
            .unsupportedParameter, on: [200, 400, 422, 500],
            ["unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"]),
        IdentifierRule(
            .modelNotFound, on: [200, 400, 403, 404, 410, 422, 503],
            [
                "model_not_found", "ModelNotFoundError", "invalid_model", "model_not_available", "ProviderNotFoundError",
                "DeploymentNotFound", "unknown_model", "model_not_exist", "model_not_supported", "ModelNotOpen", "InvalidEndpointOrModel*",
                "no_models_loaded", "model_not_loaded", "model_decommissioned", "1211",
            ]),
        IdentifierRule(.refused, on: clientErrors.union([200]), ["refusal"]),
    ]

    private static let ofThePace = [
        IdentifierRule(
            .overloaded, on: Set(200..<600).subtracting([401, 402, 403, 429, 498]),
            ["overloaded_error", "provider_overloaded", "engine_overloaded", "slow_down", "unavailable_error"]),
        IdentifierRule(
            .rateLimited,
            [
                "rate_limit_exceeded", "rate_limit_error", "rate_limited", "RateLimitError", "rate_limit", "too_many_requests", "slow_down",
                "rate_limit_reached", "RateLimitReached", "rate_limit_reached_error", "*RateLimitExceeded*", "RateQuota", "BurstRate",
                "ThrottlingException", "local_rate_limited", "1302", "1303", "1305", "minimax 1002", "minimax 1039", "qianfan 18",
                "qianfan 336501", "qianfan 336502",
            ]),
        // OpenAI's and Groq's flex, where no machine is free.
        IdentifierRule(.rateLimited, on: [429, 498], ["resource_unavailable", "capacity_exceeded"]),
    ]
}
