import CutlineCore
import Testing

@testable import CutlineProvider

@Suite struct FailureClassifierTests {
    struct Case: Sendable {
        let status: Int
        let body: String
        let kind: FailureClass
        init(_ status: Int, _ body: String, _ kind: FailureClass) {
            self.status = status
            self.body = body
            self.kind = kind
        }
    }

    static func error(_ message: String, code: String = "", type: String = "") -> String {
        JSONValue.object([
            "error": .object(["message": .string(message), "code": .string(code), "type": .string(type)])
        ]).text
    }

    static let theFour: [Case] = [
        // Hack Club
        Case(401, "Authentication required", .unauthorized), Case(401, "Authentication failed", .unauthorized),
        Case(403, "You are banned from using this service.", .forbidden),
        Case(403, "Identity verification required. Please verify at https://identity.hackclub.com", .forbidden),
        Case(
            403, #"{"error":"For now, AI coding agents and frontends like SillyTavern aren't allowed to be used with ai.hackclub.com"}"#,
            .forbidden),
        Case(404, #"{"error":"Not found"}"#, .wrongEndpoint), Case(500, "Internal server error", .serverError),
        Case(429, "Too many requests, please try again later.", .rateLimited),
        Case(429, "Daily spending limit of $4 reached", .quotaExhausted),
        Case(403, #"{"error":{"message":"Key limit exceeded","code":403}}"#, .quotaExhausted),
        Case(402, #"{"error":{"code":402,"message":"x","metadata":{"limit_source":"openrouter_key_limit"}}}"#, .quotaExhausted),
        Case(402, #"{"error":{"code":402,"message":"x","metadata":{"limit_source":"openrouter_in_flight_budget"}}}"#, .rateLimited),
        // Infron
        Case(400, #"{"error":{"message":"Bad params","type":"","param":"","code":400}}"#, .invalidRequest),
        Case(402, error("Insufficient credits"), .quotaExhausted),
        Case(403, error("Your input was flagged by moderation"), .contentFiltered),
        Case(408, error("timed out"), .timeout), Case(502, error("bad upstream"), .serverError),
        Case(503, error("No provider meets routing"), .overloaded),
        // IndoxHub
        Case(403, "<html><h1>Forbidden</h1><p>CSRF verification failed.</p></html>", .wrongEndpoint),
        Case(404, #"{"success":false,"error":"ModelNotFoundError","message":"x","status_code":404}"#, .modelNotFound),
        Case(404, #"{"detail":"Model 'x' not found"}"#, .modelNotFound), Case(404, #"{"detail":"Not Found"}"#, .wrongEndpoint),
        Case(422, #"{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}"#, .invalidRequest),
        Case(402, #"{"detail":"Insufficient credits. Please add credits."}"#, .quotaExhausted),
        Case(400, #"{"detail":"Model 'X' from provider 'Y' does not support image inputs. Supported input modalities: text."}"#, .noVision),
        Case(503, #"{"detail":"This model needs the Business-plan"}"#, .forbidden),
        Case(503, #"{"detail":"Model temporarily unavailable"}"#, .overloaded),
        Case(
            429, #"{"success":false,"error":"RateLimitError","message":"Rate limit exceeded: 10 requests per minute","status_code":429}"#,
            .rateLimited),
        // AnyFast
        Case(401, error("No token provided", type: "new_api_error"), .unauthorized),
        Case(403, error("用户额度不足", code: "insufficient_user_quota"), .quotaExhausted),
        Case(403, error("x", code: "pre_consume_token_quota_failed"), .quotaExhausted),
        Case(403, error("x", code: "access_denied"), .forbidden),
        Case(429, "", .rateLimited), Case(429, error("您已达到请求数限制"), .rateLimited),
        Case(503, error("no available channel for model x in group default", code: "model_not_found"), .modelNotFound),
        Case(500, error("x", code: "do_request_failed"), .serverError),
    ]

    static let theWorld: [Case] = [
        Case(429, error("You exceeded your current quota", code: "insufficient_quota", type: "insufficient_quota"), .quotaExhausted),
        Case(429, error("Rate limit reached for gpt-4o on requests per min", code: "rate_limit_exceeded", type: "requests"), .rateLimited),
        Case(429, error("Request too large for gpt-4o on tokens per min (TPM)", code: "rate_limit_exceeded"), .rateLimited),
        Case(401, error("Incorrect API key provided", code: "invalid_api_key"), .unauthorized),
        Case(400, error("API key not valid. Please pass a valid API key."), .unauthorized),
        Case(403, error("Country, region, or territory not supported"), .forbidden), Case(403, error("no"), .forbidden),
        Case(404, error("The model `x` does not exist or you do not have access to it.", code: "model_not_found"), .modelNotFound),
        Case(400, error("x is not a valid model ID"), .modelNotFound), Case(404, error("No endpoints found for x."), .modelNotFound),
        Case(404, error("No endpoints found that support image input"), .noVision),
        Case(500, error("image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"), .noVision),
        Case(400, error("Only 'text' content type is supported."), .noVision),
        Case(400, error("Timeout while downloading https://x/y.", code: "invalid_image_url"), .imageUnreachable),
        Case(400, error("Error while downloading https://x/y.", code: "invalid_value"), .imageUnreachable),
        Case(400, error("x", type: "image_download_failed"), .imageUnreachable),
        Case(400, error("Failed to fetch image from url"), .imageUnreachable),
        Case(400, error("Failed to download image from X. Image size exceeds the limit.", code: "invalid_image"), .tooLarge),
        Case(
            400, error("You uploaded an unsupported image. Please make sure your image is valid.", code: "image_parse_error"),
            .imageRejected),
        Case(400, #"{"error":"'url' field must be a base64 encoded image."}"#, .imageRejected),
        Case(400, error("Unable to process input image."), .imageRejected), Case(400, error("Invalid image data"), .imageRejected),
        Case(413, "<html><h1>413 Request Entity Too Large</h1></html>", .tooLarge),
        Case(400, error("image exceeds 5 MB maximum"), .tooLarge),
        Case(400, error("This model's maximum context length is 8192 tokens", code: "context_length_exceeded"), .contextTooLong),
        Case(
            400,
            error(
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                code: "unsupported_parameter"), .unsupportedParameter),
        Case(
            400, error("Unsupported value: 'temperature' does not support 0.2 with this model.", code: "unsupported_value"),
            .unsupportedParameter),
        Case(400, error("Your request was rejected as a result of our safety system.", code: "content_policy_violation"), .contentFiltered),
        Case(
            400, #"{"error":{"code":"content_filter","message":"x","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            .contentFiltered),
        Case(400, error("x"), .invalidRequest), Case(418, error("x"), .invalidRequest), Case(409, error("x"), .serverError),
        Case(405, error("Method Not Allowed"), .wrongEndpoint), Case(403, "<title>Just a moment...</title>", .forbidden),
        Case(529, error("Overloaded", type: "overloaded_error"), .overloaded), Case(500, error("x", type: "api_error"), .serverError),
        Case(503, #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, .overloaded),
        Case(522, "<html>Connection timed out</html>", .serverError), Case(498, "", .rateLimited),
        Case(429, #"[{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED"}}]"#, .rateLimited),
    ]

    /// Sentences that look like something else.
    static let lookalikes: [Case] = [
        Case(400, error("The model does not support images. For more information see the docs."), .noVision),
        Case(400, error("Unknown variant `image_url`, expected `text`"), .noVision),
        Case(400, error("Cannot parse \"Describe the billing page\""), .invalidRequest),
        Case(402, error("Payment needed: open the billing page"), .quotaExhausted),
        Case(400, error("Provider returned error: that file does not exist"), .invalidRequest),
        Case(404, #"{"detail":"Provider 'x' not found"}"#, .modelNotFound), Case(500, error("model file not found"), .serverError),
        Case(400, error("Your credit balance is too low to access the API."), .quotaExhausted),
        Case(400, error("User location is not supported for the API use."), .forbidden),
        Case(404, error("x", type: "image_not_found"), .imageUnreachable), Case(502, error("Failed to fetch url"), .serverError),
        Case(500, error("desktop upload failed"), .serverError), Case(503, error("Model is overloaded, not available"), .overloaded),
    ]

    static let liteLLM: [Case] = [
        Case(
            400, error("Budget has been exceeded! Current cost: 0.1, Max budget: 0.05", code: "400", type: "budget_exceeded"),
            .quotaExhausted),
        Case(400, error("litellm.ContextWindowExceededError: litellm.BadRequestError: x", code: "400"), .contextTooLong),
        Case(400, error("litellm.ContentPolicyViolationError: x", code: "400"), .contentFiltered),
        Case(
            400, error("litellm.UnsupportedParamsError: openai does not support parameters: ['top_k']", code: "400"), .unsupportedParameter),
        Case(400, error("Invalid model name passed in model=x. Call `/v1/models`", code: "400"), .modelNotFound),
        Case(400, error("litellm.BadRequestError: x", code: "400"), .invalidRequest),
        Case(401, error("x", code: "401", type: "key_model_access_denied"), .forbidden),
        Case(
            401, error("Authentication Error, Invalid proxy server token passed", code: "401", type: "token_not_found_in_db"), .unauthorized
        ),
        Case(500, error("litellm.RateLimitError: RateLimitError: x", code: "429", type: "throttling_error"), .rateLimited),
        Case(408, error("litellm.Timeout: x", code: "408"), .timeout),
        Case(500, error("litellm.APIConnectionError: x", code: "500"), .serverError),
    ]

    @Test(arguments: theFour + theWorld + lookalikes + liteLLM)
    func errorHasItsClass(_ item: Case) {
        #expect(read(item.body, status: item.status).failure?.kind == item.kind, "\(item.status) \(item.body)")
    }

    @Test func pictureSentByUsIsNotUnreachable() {
        let body = Self.error("Failed to load image")
        #expect(read(body, status: 400, sentAddresses: true).failure?.kind == .imageUnreachable)
        #expect(read(body, status: 400, sentAddresses: false).failure?.kind == .imageRejected)
    }

    @Test(arguments: [
        ("timeout while downloading it", true), ("downloading: timeout", false),
        ("timeout" + String(repeating: ".", count: 60) + "downloading", false),
    ])
    func phrasePartsFollowEachOtherClosely(text: String, occurs: Bool) {
        #expect(Phrase(["timeout"], ["download"]).occurs(in: Array(text.utf8)) == occurs)
    }
}
