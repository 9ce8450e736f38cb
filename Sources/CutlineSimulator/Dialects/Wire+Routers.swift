/// The four that pictures mostly go to, and OpenRouter, which stands behind one of them.
extension Wire {
    static let openRouter: Wire = {
        var wire = Wire(base: "/api/v1", listIsPublic: true, error: .openRouterError)
        wire.types = [
            400: "invalid_request", 401: "authentication", 402: "payment_required", 403: "permission_denied", 404: "not_found",
            413: "payload_too_large", 429: "rate_limit_exceeded", 500: "server", 502: "provider_unavailable", 503: "provider_overloaded",
            504: "timeout",
        ]
        wire.errors = openRouterErrors
        wire.limits = .openRouter
        wire.requestID = "X-Generation-Id"
        wire.models = .openRouter
        wire.extras = AnswerExtras(
            root: #","provider":"Simulator""#, choice: #","native_finish_reason":$finish"#,
            usage: #","cost":$$cost,"is_byok":false,"cost_details":{"upstream_inference_cost":null}"#)
        wire.stream.comment = ": OPENROUTER PROCESSING"
        return wire
    }()

    private static let openRouterErrors: [Fault.Name: ErrorForm] = [
        .quota: ErrorForm(
            402, "Insufficient credits. Add more credits to go on.", type: "payment_required",
            extra: #","limit_source":"openrouter_credits""#),
        .dailyQuota: ErrorForm(429, "Rate limit exceeded: free-models-per-day.", type: "rate_limit_exceeded"),
        .inFlightBudget: ErrorForm(
            402, "The requests under way use up the credit that is left.", type: "payment_required",
            extra: #","limit_source":"openrouter_in_flight_budget","reason":"in_flight_budget_exhausted""#, wait: 2),
        .badGateway: ErrorForm(502, "The provider behind the model gave no usable answer.", type: "provider_unavailable"),
        .gatewayTimeout: ErrorForm(524, "A timeout occurred (524)", body: .html),
        .noVision: ErrorForm(404, "No endpoints found that support image input.", type: "not_found"),
        .imageUnreachable: ErrorForm(400, "Failed to download the image at ${url}.", type: "image_download_failed"),
        .imageRejected: ErrorForm(400, "The image format is not supported.", type: "unsupported_image_format"),
        .contextTooLong: ErrorForm(
            400, "This endpoint's maximum context length is 8192 tokens; about 9310 were sent.", type: "context_length_exceeded"),
        .contentFilter: ErrorForm(403, "The input was flagged by moderation.", type: "content_policy_violation"),
        .errorInChoice: ErrorForm(502, "The provider stopped halfway.", type: "provider_unavailable"),
    ]

    static let hackClub: Wire = {
        var wire = openRouter
        wire.base = "/proxy/v1"
        wire.errors.merge(hackClubErrors) { $1 }
        wire.limits = .ietf
        wire.requestID = nil
        wire.models = .openRouterTwice
        wire.refusesReferer = true
        wire.leadingSpaces = 3
        return wire
    }()

    private static let hackClubErrors: [Fault.Name: ErrorForm] = [
        .unauthorized: ErrorForm(401, "Authentication failed", body: .text),
        .forbidden: ErrorForm(
            403, "For now, AI coding agents and frontends aren't allowed to be used with ai.hackclub.com.", whole: .stringError),
        .banned: ErrorForm(403, "You are banned from using this service.", body: .text),
        .quota: ErrorForm(
            402, "Key limit exceeded (daily limit).", type: "payment_required", extra: #","limit_source":"openrouter_key_limit""#),
        .dailyQuota: ErrorForm(429, "Daily spending limit of $4 reached.", body: .text),
        .rateLimited: ErrorForm(429, "Too many requests, please try again later.", body: .text, wait: 1),
        .serverError: ErrorForm(500, "Internal server error", body: .text),
    ]

    static let infron: Wire = {
        var wire = Wire(listIsPublic: true, error: .infronError)
        wire.types = [401: "authentication_error", 402: "insufficient_credits", 403: "moderation", 429: "rate_limit", 503: "no_provider"]
        wire.errors = [
            .quota: ErrorForm(402, "Insufficient credits for this request."),
            .badGateway: ErrorForm(502, "The model is down or sent an invalid response.", type: "upstream_error"),
            .gatewayTimeout: ErrorForm(524, "A timeout occurred (524)", body: .html),
            .overloaded: ErrorForm(503, "No provider meets the routing requirements at the moment."),
            .contentFilter: ErrorForm(403, "The input was flagged by moderation (content_policy_violation)."),
        ]
        wire.models = .infron
        wire.extras = AnswerExtras(
            endOnRequest:
                #","cost":$$cost,"cost_details":{"prompt_cost":$$prompt_cost,"completion_cost":$$completion_cost,"is_byok":false}"#)
        wire.stream.hasUsageOnEveryChunk = true
        wire.pictures = PictureRules(refused: [.gif, .heic, .avif, .tiff, .bmp])
        wire.wrapsUpstreamFailures = true
        return wire
    }()

    static let indoxHubA = indoxHub(.data)
    static let indoxHubB = indoxHub(.response)
    static let indoxHubC = indoxHub(.completion)

    private static func indoxHub(_ answer: AnswerForm) -> Wire {
        var wire = Wire(base: "", error: .indoxHubError)
        wire.chatPath = "/api/v1/chat/completions/"
        wire.modelsPath = "/api/v1/models/"
        wire.answer = answer
        wire.types = [
            400: "BadRequestError", 401: "AuthenticationError", 402: "InsufficientCreditsError", 403: "PermissionError",
            404: "ModelNotFoundError", 413: "RequestTooLargeError", 429: "RateLimitError", 500: "InternalServerError",
            502: "ProviderError", 503: "ServiceUnavailableError", 504: "TimeoutError",
        ]
        wire.errors = indoxHubErrors
        wire.limits = .indoxHub
        wire.models = .indoxHub
        wire.stream.isEvents = answer != .completion
        wire.extras = AnswerExtras(usage: #","cost_breakdown":{"total_cost":$$cost}"#)
        wire.pictures = PictureRules(most: 20)
        return wire
    }

    private static let indoxHubErrors: [Fault.Name: ErrorForm] = [
        .unauthorized: ErrorForm(401, "Invalid API key", whole: .detail),
        .quota: ErrorForm(402, "Insufficient credits. Add credits to go on.", whole: .detail),
        .forbidden: ErrorForm(503, "The model ${model} needs a Business-plan.", whole: .detail),
        .dailyQuota: ErrorForm(
            429, "Rate limit exceeded: 1000 requests per day",
            extra: #""limit_type":"requests_per_day","limit":1000,"reset_time":$reset,"retry_after":$seconds"#),
        .rateLimited: ErrorForm(
            429, "Rate limit exceeded: 10 requests per minute",
            extra: #""limit_type":"requests_per_minute","limit":10,"reset_time":$reset,"retry_after":$seconds"#, wait: 1),
        .inFlightBudget: ErrorForm(429, "Rate limit exceeded: too many concurrent requests", extra: #""retry_after":$seconds"#, wait: 2),
        .overloaded: ErrorForm(503, "The model is temporarily unavailable.", whole: .detail),
        .serverError: ErrorForm(500, "The upstream provider failed.", whole: .detail),
        .modelNotFound: ErrorForm(404, "Model '${model}' not found"),
        .wrongPath: ErrorForm(403, "Forbidden: CSRF verification failed.", body: .html),
        .noVision: ErrorForm(
            400, "Model '${model}' from provider 'simulator' does not support image inputs. Supported input modalities: text.",
            type: "InvalidRequestError"),
        .tooLarge: ErrorForm(400, "The image is too large: its size exceeds 20 MB."),
        .contentFilter: ErrorForm(400, "The request was blocked by the content filter (content_policy_violation)."),
        .contextTooLong: ErrorForm(400, "The messages exceed the maximum context length of 8192 tokens."),
        .invalidRequest: ErrorForm(422, "The simulated request is not valid.", whole: .details),
    ]

    static let newAPI: Wire = {
        var wire = Wire(error: .newAPIError)
        wire.errors = [
            .unauthorized: ErrorForm(401, "Invalid token"),
            .forbidden: ErrorForm(403, "This token has no access to the model ${model}.", code: "access_denied"),
            .banned: ErrorForm(403, "This user has been banned.", code: "access_denied"),
            .quota: ErrorForm(403, "The remaining quota of this user is not enough.", code: "insufficient_user_quota"),
            .rateLimited: ErrorForm(429, "", body: .empty),
            .badGateway: ErrorForm(502, "The channel answered with a bad status.", code: "bad_response_status_code"),
            .overloaded: ErrorForm(503, "The channel is overloaded.", code: "channel:overloaded"),
            .serverError: ErrorForm(500, "The request to the channel failed.", code: "do_request_failed"),
            .modelNotFound: ErrorForm(503, "There is no available channel for model ${model} in group default.", code: "model_not_found"),
            .contentFilter: ErrorForm(400, "The prompt has sensitive words.", code: "sensitive_words_detected"),
        ]
        wire.requestID = "X-Oneapi-Request-Id"
        wire.models = .newAPI
        wire.extras = AnswerExtras(usage: #","input_tokens":$prompt_tokens,"output_tokens":$completion_tokens"#)
        wire.pictures = PictureRules(most: 16)
        return wire
    }()
}
