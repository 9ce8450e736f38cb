/// Servers that run on the user's own machines, and the gateway LiteLLM.
extension Wire {
    /// What a gateway before such a server would say: they count no money themselves.
    private static let noCredit = ErrorForm(402, "The simulated quota is used up: insufficient credits.", type: "payment_required")

    static let ollama: Wire = {
        var wire = Wire(models: .ollama)
        wire.errors = [
            .modelNotFound: ErrorForm(404, "model \"${model}\" not found, try pulling it first", type: "api_error"),
            .overloaded: ErrorForm(503, "server busy, please try again: maximum pending requests exceeded", type: "api_error"),
            .noVision: ErrorForm(400, "the model ${model} does not support image input", type: "invalid_request_error"),
            .imageRejected: ErrorForm(400, "invalid image input", type: "invalid_request_error"),
        ]
        return wire
    }()

    static let vLLM: Wire = {
        var wire = Wire(error: .vLLMError, models: .vLLM)
        wire.types = [
            400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionDeniedError", 404: "NotFoundError",
            413: "RequestEntityTooLarge", 429: "RateLimitError", 500: "InternalServerError", 502: "BadGatewayError",
            503: "ServiceUnavailableError", 504: "TimeoutError",
        ]
        wire.errors = [
            .quota: noCredit,
            .unauthorized: ErrorForm(401, "Unauthorized", whole: .stringError),
            .noVision: ErrorForm(400, "${model} is not a multimodal model: image input is not supported."),
        ]
        return wire
    }()

    static let llamaCpp: Wire = {
        var wire = Wire(error: .llamaError, models: .llamaCpp)
        wire.types = [
            400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
            429: "rate_limit_error", 500: "server_error", 502: "server_error", 503: "unavailable_error", 504: "server_error",
        ]
        wire.errors = [
            .quota: noCredit,
            .unauthorized: ErrorForm(401, "Invalid API Key", type: "authentication_error"),
            .overloaded: ErrorForm(503, "Loading model"),
            .noVision: ErrorForm(500, "image input is not supported - hint: you may need to provide the mmproj file"),
            .imageRejected: ErrorForm(400, "Failed to load the image: invalid image data"),
            .contextTooLong: ErrorForm(
                400, "The request has 9310 tokens, more than the available context size of 8192: exceeds the maximum context length.",
                type: "exceed_context_size_error"),
        ]
        wire.extras = AnswerExtras(end: #","timings":{"prompt_n":$prompt_tokens,"predicted_n":$completion_tokens}"#)
        wire.pictures = PictureRules(refused: [.webp, .heic, .avif, .tiff])
        return wire
    }()

    static let lmStudio: Wire = {
        var wire = Wire(error: .stringError, models: .plain)
        wire.errors = [
            .quota: noCredit,
            .imageRejected: ErrorForm(400, "'url' field must be a base64 encoded image."),
            .noVision: ErrorForm(400, "Model ${model} does not support images: it does not support image input."),
        ]
        wire.pictures = PictureRules(inlineOnly: true, refused: [.webp, .gif, .heic, .avif, .tiff, .bmp])
        return wire
    }()

    static let liteLLM: Wire = {
        var wire = Wire(error: .liteLLMError, limits: .openAI)
        wire.types = [
            400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionDeniedError", 404: "NotFoundError",
            413: "BadRequestError", 429: "RateLimitError", 500: "InternalServerError", 502: "BadGatewayError",
            503: "ServiceUnavailableError", 504: "Timeout",
        ]
        wire.errors = [
            .quota: ErrorForm(
                400, "The budget is used up: spent 10.0, allowed 10.0.",
                whole: #"{"error":{"message":$message,"type":"budget_exceeded","param":null,"code":"${status}"}}"#),
            .forbidden: ErrorForm(
                401, "This key may not use the model ${model}.",
                whole: #"{"error":{"message":$message,"type":"key_model_access_denied","param":"model","code":"${status}"}}"#),
            .contextTooLong: ErrorForm(400, "This model's maximum context length is 8192 tokens.", type: "ContextWindowExceededError"),
            .contentFilter: ErrorForm(400, "The request was blocked: content_policy_violation.", type: "ContentPolicyViolationError"),
            .badGateway: ErrorForm(502, "The provider's answer could not be used."),
        ]
        wire.requestID = "x-litellm-call-id"
        wire.costHeader = "x-litellm-response-cost"
        return wire
    }()
}
