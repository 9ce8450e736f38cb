/// The models' own makers and hosts.
extension Wire {
    static let simulator = Wire(models: .described)

    static let openAI: Wire = {
        var wire = Wire(limits: .openAI, requestID: "x-request-id", hasReasoningModels: true)
        wire.errors[.gatewayTimeout] = ErrorForm(524, "A timeout occurred (524)", body: .html)
        return wire
    }()

    static let gemini: Wire = {
        var wire = Wire(base: "/v1beta/openai", error: .googleError)
        wire.types = [
            400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 413: "INVALID_ARGUMENT",
            429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 502: "UNAVAILABLE", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
        ]
        let wait: Template = #","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"${seconds}s"}]"#
        let daily: Template = #"""
            ,"details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"RequestsPerDayPerProject"}]},\#
            {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"${seconds}s"}]
            """#
        wire.errors = [
            .unauthorized: ErrorForm(400, "API key not valid. Pass a valid API key.", type: "INVALID_ARGUMENT"),
            .quota: ErrorForm(429, "You exceeded your current quota: limit: 0, model: ${model}. Check plan and billing."),
            .dailyQuota: ErrorForm(429, "The quota of requests per day is used up.", extra: daily),
            .rateLimited: ErrorForm(429, "The quota of requests per minute is used up.", extra: wait, wait: 1),
            .inFlightBudget: ErrorForm(429, "Too many requests are under way at once.", extra: wait, wait: 2),
            .modelNotFound: ErrorForm(404, "The model models/${model} is not found."),
            .contentFilter: ErrorForm(400, "The prompt was blocked by the content filter (PROHIBITED_CONTENT)."),
        ]
        wire.tellsRetryAfter = false
        wire.models = .gemini
        wire.filteredWord = "SAFETY"
        return wire
    }()

    static let anthropic: Wire = {
        var wire = Wire(error: .anthropicError)
        wire.types = [
            400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
            404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 500: "api_error", 502: "api_error",
            504: "timeout_error", 529: "overloaded_error",
        ]
        wire.errors = [
            .unauthorized: ErrorForm(401, "invalid x-api-key"),
            .banned: ErrorForm(403, "This organization has been disabled."),
            .quota: ErrorForm(400, "Your credit balance is too low to use the API."),
            .dailyQuota: ErrorForm(429, "The daily limit of requests is reached."),
            .rateLimited: ErrorForm(429, "The request would exceed the rate limit of this organization.", wait: 1),
            .inFlightBudget: ErrorForm(429, "The number of concurrent connections is above the limit.", wait: 2),
            .overloaded: ErrorForm(529, "Overloaded"),
            .gatewayTimeout: ErrorForm(524, "A timeout occurred (524)", body: .html),
            .modelNotFound: ErrorForm(404, "model: ${model}"),
            .contextTooLong: ErrorForm(400, "prompt is too long: 9310 tokens > 8192 maximum context length"),
            .contentFilter: ErrorForm(400, "The output was blocked by the content filter (content_policy_violation)."),
            .imageRejected: ErrorForm(400, "messages.0.content.1: invalid image data"),
        ]
        wire.limits = .anthropic
        wire.requestID = "request-id"
        wire.models = .anthropic
        return wire
    }()

    static let mistral: Wire = {
        var wire = Wire(error: .mistralError, limits: .mistral, models: .mistral)
        wire.errors = [
            .unauthorized: ErrorForm(401, "Unauthorized", whole: #"{"message":$message,"request_id":$request}"#),
            .quota: ErrorForm(402, "The credit of this workspace is used up: insufficient credits.", type: "payment_required"),
            .modelNotFound: ErrorForm(400, "Invalid model: the model ${model} does not exist.", type: "invalid_model", code: "1500"),
            .invalidRequest: ErrorForm(422, "The simulated request is not valid.", whole: .details),
        ]
        wire.requestID = "x-request-id"
        wire.pictures = PictureRules(refused: [.heic, .avif, .tiff, .bmp], most: 8)
        return wire
    }()

    static let groq: Wire = {
        var wire = Wire(base: "/openai/v1", error: .shortError, limits: .groq, models: .groq)
        wire.errors = [
            .oversize: ErrorForm(
                413,
                """
                Request too large for model `${model}` in organization `org_sim` service tier `on_demand` on ${unit}: Limit ${limit}, \
                Requested ${requested}, please reduce your message size and try again. Need more tokens? Upgrade to Dev Tier today at \
                https://console.groq.com/settings/billing
                """,
                type: "tokens", code: "rate_limit_exceeded"),
            .quota: ErrorForm(
                402, "Your organization's spend limit is reached.", type: "billing_error", code: "organization_spend_limit_exceeded"),
            .dailyQuota: ErrorForm(
                429, "The limit of tokens per day (TPD) is reached. Please try again in ${go}.", type: "tokens",
                code: "rate_limit_exceeded"),
        ]
        wire.requestID = "x-request-id"
        wire.extras = AnswerExtras(end: #","x_groq":{"id":$request}"#)
        wire.pictures = PictureRules(most: 5)
        return wire
    }()

    static let together: Wire = {
        var wire = Wire(limits: .openAI, models: .together)
        wire.errors = [
            .quota: ErrorForm(402, "Your credit is used up; add credits to go on.", type: "credit_limit", code: "payment_required"),
            .overloaded: ErrorForm(503, "The model is overloaded.", type: "service_unavailable", code: "overloaded"),
        ]
        return wire
    }()

    static let fireworks: Wire = {
        var wire = Wire(base: "/inference/v1", error: .shortError, limits: .openAI, models: .fireworks)
        wire.errors = [
            .unauthorized: ErrorForm(401, "Unauthorized", whole: .stringError),
            .quota: ErrorForm(412, "The account's spend limit is reached.", type: "error", code: "enforced_spend_limit_reached"),
        ]
        wire.pictures = PictureRules(refused: [.webp, .heic, .avif], most: 30)
        return wire
    }()

    static let azure: Wire = {
        var wire = Wire(base: "/openai/v1", key: .header("api-key"), error: .azureError)
        wire.errors = [
            .unauthorized: ErrorForm(401, "Access denied: the subscription key is not valid or the endpoint is wrong.", code: "401"),
            .modelNotFound: ErrorForm(404, "The API deployment for this resource does not exist.", code: "DeploymentNotFound"),
            .contentFilter: ErrorForm(
                400, "The prompt triggered the content management policy.", code: "content_filter",
                extra: #"""
                    ,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"violence":{"filtered":true,\#
                    "severity":"medium"}}}
                    """#),
            .rateLimited: ErrorForm(429, "Requests have passed the rate limit; retry after ${seconds} seconds.", code: "429", wait: 1),
        ]
        wire.limits = .azure
        wire.requestID = "apim-request-id"
        wire.extras = AnswerExtras(
            choice: #","content_filter_results":{}"#, end: #","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]"#)
        wire.stream.beginsWithoutChoices = true
        wire.pictures = PictureRules(most: 10)
        wire.hasReasoningModels = true
        return wire
    }()
}
