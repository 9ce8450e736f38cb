extension ErrorForm {
    /// The failures as OpenAI tells them; most others follow.
    static let plain: [Fault.Name: ErrorForm] = stopping.merging(ofTheRequest) { $1 }.merging(borrowed) { $1 }

    private static let stopping: [Fault.Name: ErrorForm] = [
        .unauthorized: ErrorForm(
            401, "Incorrect API key provided: simulator", type: "invalid_request_error", code: "invalid_api_key"),
        .forbidden: ErrorForm(
            403, "This key may not use the model ${model}.", type: "invalid_request_error", code: "permission_denied"),
        .banned: ErrorForm(403, "This account has been disabled.", type: "invalid_request_error", code: "account_suspended"),
        .quota: ErrorForm(429, "The simulated quota is used up.", type: "insufficient_quota", code: "insufficient_quota"),
        .dailyQuota: ErrorForm(
            429, "The limit of requests per day (RPD) is reached: 200 of 200 used. Please try again in ${go}.", type: "requests",
            code: "rate_limit_exceeded"),
        .inFlightBudget: ErrorForm(
            429, "Too many requests are under way at once. Please try again in ${go}.", type: "requests", code: "rate_limit_exceeded",
            wait: 2),
        .oversize: ErrorForm(
            429, "Request too large for ${model} on ${unit}: Limit ${limit}, Requested ${requested}. The input must be reduced.",
            type: "tokens", code: "rate_limit_exceeded"),
        .epochRetryAfter: ErrorForm(
            429, "The simulator's rate limit is reached.", type: "requests", code: "rate_limit_exceeded", wait: 2),
        .absurdRetryAfter: ErrorForm(
            429, "The limit of requests per minute (RPM) is reached.", type: "requests", code: "rate_limit_exceeded", wait: 2_678_400),
        .rateLimited: ErrorForm(
            429, "The simulator's rate limit is reached.", type: "requests", code: "rate_limit_exceeded", wait: 1),
        .overloaded: ErrorForm(503, "The model is overloaded with other requests.", type: "server_error", code: "overloaded"),
        .serverError: ErrorForm(500, "The server had an error while it worked on the request.", type: "server_error"),
        .badGateway: ErrorForm(502, "502 Bad Gateway", body: .html),
        .gatewayTimeout: ErrorForm(504, "504 Gateway Time-out", body: .html),
        .modelNotFound: ErrorForm(
            404, "The model `${model}` does not exist or you do not have access to it.", type: "invalid_request_error",
            code: "model_not_found"),
        .wrongPath: ErrorForm(404, "404 Not Found", body: .html),
    ]

    private static let ofTheRequest: [Fault.Name: ErrorForm] = [
        .noVision: ErrorForm(
            400, "The model ${model} does not support image inputs.", type: "invalid_request_error", code: "unsupported_content"),
        .imageUnreachable: ErrorForm(
            400, "Error while downloading ${url}.", type: "invalid_request_error", code: "invalid_image_url"),
        .imageRejected: ErrorForm(
            400, "Invalid image data: the picture cannot be decoded.", type: "invalid_request_error", code: "invalid_image"),
        .tooLarge: ErrorForm(
            413, "The request is larger than the 20 MB that are allowed.", type: "invalid_request_error", code: "request_too_large"),
        .contextTooLong: ErrorForm(
            400, "This model's maximum context length is 8192 tokens, but the messages have 9310 tokens.",
            type: "invalid_request_error", code: "context_length_exceeded"),
        .contentFilter: ErrorForm(
            400, "The request was blocked by the safety system.", type: "invalid_request_error", code: "content_policy_violation"),
        .unsupportedParameter: ErrorForm(
            400, "Unsupported parameter: '${param}' is not supported with this model.", type: "invalid_request_error",
            code: "unsupported_parameter"),
        .invalidRequest: ErrorForm(400, "The simulated request is not valid.", type: "invalid_request_error"),
        .errorIn200: ErrorForm(502, "The model behind the provider failed.", type: "server_error"),
        .errorInChoice: ErrorForm(502, "The model behind the provider stopped halfway.", type: "server_error"),
        .errorInStream: ErrorForm(502, "The model behind the provider stopped halfway.", type: "server_error"),
    ]
    /// What one provider alone says, in its own form whatever the dialect.
    private static let borrowed: [Fault.Name: ErrorForm] = [
        .groq429: ErrorForm(
            429,
            """
            Rate limit reached for model `${model}` in organization `org_sim` service tier `on_demand` on tokens per minute (TPM): \
            Limit 6000, Used 5480, Requested 640. Please try again in ${go}. Need more tokens? Upgrade to Dev Tier today at \
            https://console.groq.com/settings/billing
            """,
            type: "tokens", code: "rate_limit_exceeded",
            whole: #"{"error":{"message":$message,"type":"tokens","code":"rate_limit_exceeded"}}"#, wait: 1.2),
        .flexUnavailable: ErrorForm(
            429,
            "Resource unavailable: there is not enough capacity for flex processing. Try again later, or use the default service tier.",
            whole: #"{"error":{"message":$message,"type":"resource_unavailable","param":null,"code":"resource_unavailable"}}"#),
        .unexpectedEndpoint: ErrorForm(
            200, "Unexpected endpoint or method. (POST /chat/completions). Returning 200 anyway", whole: .stringError),
        .plainOK: ErrorForm(200, "OK", body: .text),
        .noModelLoaded: ErrorForm(
            400, "No models loaded. Please load a model in the developer page or use the `lms load` command.", whole: .stringError),
        .expiredKey: ErrorForm(
            400, "API key expired. Please renew the API key.",
            whole: #"""
                [{"error":{"code":400,"message":$message,"status":"INVALID_ARGUMENT","details":[{"@type":\#
                "type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}]
                """#),
        .panorama: ErrorForm(
            400,
            """
            The prompt (total length 18340) is too long to fit into the model (context length 16384). Make sure that `max_model_len` is no \
            smaller than the number of text tokens plus multimodal tokens.
            """,
            whole: #"{"error":{"message":$message,"type":"BadRequestError","param":null,"code":400}}"#),
        .content403: ErrorForm(
            403, "Content violates usage guidelines. Team: sim, Model: ${model}, Failed check: SAFETY_CHECK_TYPE_BIO",
            whole: #"{"code":"The caller does not have permission to execute the specified operation","error":$message}"#),
        .inspection: ErrorForm(
            400, "Input data may contain inappropriate content.",
            whole: #"""
                {"error":{"code":"data_inspection_failed","param":null,"message":$message,"type":"data_inspection_failed"},\#
                "id":"chatcmpl-sim","request_id":$request}
                """#),
    ]
}
