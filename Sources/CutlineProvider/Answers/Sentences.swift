import CutlineCore

extension FailureClassifier {
    private static let clientErrors = Set(400..<500)
    private static let notPace = Set(200..<600).subtracting([429, 498])

    static let shapes = [
        SentenceRule(.wrongEndpoint, on: Set(300..<400)),
        SentenceRule(
            .forbidden, on: [403, 503], html: true,
            ["just a moment", "error 1010", "error code: 1010", "error 1020", "error code: 1020", "you have been blocked"]),
        SentenceRule(.wrongEndpoint, on: [403, 404, 405, 419], html: true),
        SentenceRule(.wrongEndpoint, on: Set(200..<300), html: true),
    ]

    /// What people are told; the first that fits decides. docs/providers.md says which provider each line comes from.
    static let sentences: [SentenceRule] =
        answers + money + access + vision + addresses + length + sizes + pictures + requests + pace

    private static let answers = [
        SentenceRule(
            .schemaMismatch, on: notPace.subtracting([401, 402, 403, 404]),
            [
                "failed to validate json", "failed to generate json", "jsonschemavalidationerror", "json_validate_failed",
                Phrase(
                    ["generated", "model output", "model response", "model's output"],
                    ["does not match the schema", "does not match schema"]),
            ]),
        SentenceRule(
            .malformedAnswer, on: notPace.subtracting([401, 402, 403, 404]),
            ["model produced invalid content", "failed to call a function", "tool_use_failed", "failed to parse tool call"]),
    ]

    private static let money = [
        // Gemini names its limit per minute a quota as well; only the one per day is used up.
        SentenceRule(.quotaExhausted, on: [429], named: "resource_exhausted", ["per day", "perday"]),
        SentenceRule(.rateLimited, on: [429], named: "resource_exhausted"),
        SentenceRule(
            .quotaExhausted,
            [
                "exceeded your current quota", Phrase(["insufficient"], ["credit", "balance", "quota", "funds"]),
                Phrase(["credit"], ["depleted", "are exhausted", "are used up"]), "used all available credits", "monthly spending limit",
                "credit limit exceeded", "credit balance is too low", "daily spending limit", "key limit exceeded",
                "budget has been exceeded",
                "free-models-per-day", "用户额度不足", "预扣费", "余额不足", "额度不足", "额度已用尽", "额度已用完", "欠费",
            ]),
        // Words that a refused request may also quote from a prompt.
        SentenceRule(
            .quotaExhausted, on: Set(200..<600).subtracting([400, 413, 422]),
            [Phrase(["add"], ["credits"]), "top up ", "top up.", "spend limit", "billing"]),
    ]

    private static let access = [
        SentenceRule(
            .unauthorized, on: notPace,
            [
                "no token provided", "invalid api key", "incorrect api key", "api key not valid", "litellm.authenticationerror",
                "api key not found", "api_key_invalid",
                Phrase(
                    ["api key", "api-key", "apikey"],
                    ["expired", "has been disabled", "is invalid", "revoked", "not valid", "is not valid"]),
                "invalid x-api-key", "invalid api-key", "invalid apikey", "expired api key", "无效的令牌", "令牌已过期", "令牌状态不可用", "无效的api",
                Phrase(["令牌", "密钥", "身份"], ["无效", "过期", "验证失败", "验证不正确"]),
            ]),
        SentenceRule(
            .unauthorized, on: [400, 401, 403, 500],
            ["invalid token", "token is invalid", "token expired", "token has expired", "expired token", "invalid access token"],
            unless: ["json", "position", "parse", "syntax", "vocab", "unexpected", "tokens"]),
        SentenceRule(
            .forbidden, on: [400, 403, 503],
            [
                "identity verification", "you are banned", "user has been disabled", "ip not allowed",
                Phrase(["country", "region", "location"], ["not supported", "unsupported"]), "business-plan", "aren't allowed to be used",
                "ai coding agents",
            ]),
    ]

    private static let vision = [
        SentenceRule(
            .noVision,
            [
                Phrase(["not support", "n't support"], ["image", "vision", "multimodal"]),
                Phrase(["no endpoints found that support"], ["image"]), Phrase(["image input", "images"], ["not supported"]),
                Phrase(["only"], ["'text'", "\"text\"", "text"], ["content type", "content-type", "type is supported"]),
                Phrase(["unsupported", "unknown"], ["image_url"]), "at most 0 image", "missing data required for image input",
                "not a multimodal model", "does not accept images",
            ],
            unless: [
                "image format", "image type", "media type", "image/", "image url", "download", "fetch",
                Phrase(["invalid", "unsupported"], ["url"]),
                "detail",
            ])
    ]

    /// Nobody of the API is at this address, whatever status says so.
    private static let addresses = [
        SentenceRule(
            .wrongEndpoint, on: [200, 400, 404, 405, 421, 500, 501],
            [
                "unexpected endpoint", "unknown endpoint", "no such endpoint", "endpoint not found", "route not found", "no route matched",
                "method not allowed", "unknown request url", "unrecognized request url", "page not found", "cannot post /", "cannot get /",
                Phrase(["invalid url ("], ["/"]), "no static resource", "incorrect_hostname", "wrong api endpoint", "cannot find path",
            ]),
        // Amazon's gateways, of a path that they do not have.
        SentenceRule(.wrongEndpoint, on: [403], ["missing authentication token"]),
        SentenceRule(.wrongEndpoint, on: [404], ["resource not found", "file not found"], unless: ["model", "deployment", "image"]),
        SentenceRule(.wrongEndpoint, on: [200], ["not found"], unless: ["model", "image", "file", "picture", "provider"]),
    ]

    private static let length = [
        SentenceRule(
            .contextTooLong, on: notPace,
            [
                "maximum context length", "contextwindowexceedederror", "prompt is too long", "exceeds the context", "exceeds context",
                Phrase(["exceed", "too long", "longer than"], ["context window", "context size", "context length", "context limit"]),
                Phrase(["larger than"], ["context window", "context size", "context length"]), Phrase(["token count"], ["exceeds"]),
                "too long to fit into the model", "maximum model length", "max_model_len", "context overflow", "maximum prompt length",
                "too many tokens", "max_tokens must be at least 1", Phrase(["tokens"], ["must be <="]),
                Phrase(["must have less than"], ["tokens"]), "context length of only",
                "trying to keep the first", "available context size",
                Phrase(["too large to process"], ["batch size"]), "physical batch size", "range of input length", "input is too long",
                "prompt exceeds max length", "too many input tokens", Phrase(["maximum number of"], ["tokens allowed"]),
                Phrase(["reduce the length of"], ["message", "prompt", "input"]),
                Phrase(["input", "prompt"], ["is too long", "too long for"]),
                Phrase(["max size"], ["tokens"]), "超过模型最大长度", "输入过长",
            ],
            unless: ["tokens per min", "(tpm)"])
    ]

    /// A limit whose size is told is no size of a body: Groq's 413.
    private static let sizes = [
        SentenceRule(
            .rateLimited, on: [400, 413, 429, 503],
            [Phrase(["tokens", "requests", "limit"], ["per minute", "per min", "per day", "per second", "(tpm)", "(rpm)", "(tpd)"])],
            unless: ["context", "spend", "billing"]),
        SentenceRule(
            .imageRejected, on: Set(200..<500).subtracting([401, 402, 403, 429]),
            [
                Phrase(
                    ["image", "width", "height", "pixel", "dimension", "resolution"], ["too small", "must be larger", "must be greater"]),
                Phrase(["image", "width", "height", "pixels", "dimension"], ["at least"], ["pixel", "px"]),
                Phrase(["aspect ratio"], ["must be", "too", "not support"]),
            ],
            unless: ["exceed", "too large"]),
        SentenceRule(
            .tooLarge, on: notPace,
            [
                "size exceeds", "exceeds maximum allowed size", "too large", "exceeds the maximum size", "too many pixels",
                "maximum pixels",
                Phrase(
                    ["image", "file", "payload", "body", "pixel", "dimension", "resolution"], ["exceed"],
                    ["mb", "bytes", "limit", "px", "pixel", "max"]),
                Phrase(
                    ["image", "pixel", "dimension", "width", "height", "resolution"],
                    ["must not exceed", "must be less than", "must be smaller than", "must be at most", "is too big", "exceeds max"]),
                "length and width do not meet", Phrase(["at most"], ["image(s) may be provided"]), Phrase(["too many"], ["images"]),
            ],
            unless: ["max_tokens", "token", "context"]),
    ]

    private static let pictures = [
        SentenceRule(
            .imageUnreachable, on: [200, 400, 408, 415, 422, 424],
            [
                Phrase(["timeout", "time out", "timed out", "error", "fail", "unable", "couldn't", "could not", "cannot"], ["download"]),
                Phrase(
                    ["timeout", "time out", "timed out", "error", "fail", "unable", "couldn't", "could not", "cannot"],
                    ["fetch", "retriev", "load", "access"], ["image", "url", "file", "media"]),
            ],
            unless: ["unsupported", "invalid image data"]),
        SentenceRule(
            .imageRejected, on: Set(200..<600).subtracting([401, 402, 403, 429]),
            [
                "must be a base64", "invalid image", "unsupported image", "image too small", "invalid base64",
                Phrase(["could not", "unable to", "cannot", "failed to"], ["process", "decode", "parse", "identify", "read"], ["image"]),
                Phrase(["not"], ["valid image"]), Phrase(["image"], ["format", "type", "media type"], ["not supported", "unsupported"]),
            ]),
    ]

    private static let parameters = [
        "temperature", "response_format", "max_tokens", "max_completion_tokens", "top_p", "top_k", "seed", "stop sequences", "_penalty",
        "logprobs", "stream_options", "reasoning_effort", "image_url.detail", "'detail'", "`detail`",
    ]

    private static let requests = [
        SentenceRule(
            .unsupportedParameter, on: [200, 400, 422, 500],
            [
                "unsupported parameter", "unknown parameter", "extra inputs are not permitted", "unrecognized request argument",
                "use 'max_completion_tokens'", "use max_completion_tokens", "only the default (1)", "unsupportedparamserror",
                "does not support parameters", "extra fields not permitted", "unrecognized parameter",
                "additional properties are not allowed",
                "unexpected keyword argument", Phrase(["invalid json payload"], ["unknown name"]),
                Phrase(["property '", "parameter '", "field '"], ["unsupported", "not supported"]),
                Phrase(parameters, ["not supported", "unsupported", "not permitted", "is deprecated"]),
                Phrase(["not support", "n't support", "unsupported"], parameters),
            ]),
        SentenceRule(
            .modelNotFound, on: [200, 400, 403, 404, 410, 422, 503],
            [
                Phrase(
                    ["model"],
                    [
                        "not found", "does not exist", "doesn't exist", "not exist", "not available", "no longer available",
                        "is not supported", "not a valid", "unloaded", "not loaded", "has been deprecated", "has been decommissioned",
                    ]),
                Phrase(["no model"], ["loaded"]), "please load a model", Phrase(["deployment"], ["does not exist", "not found"]),
                "no available channel", "no endpoints found", "not a valid model", "invalid model", "unknown model",
                "llm provider not provided", Phrase(["provider '", "provider \"", "provider `"], ["not found", "does not exist"]),
                Phrase(["模型"], ["不存在", "未找到", "无可用"]), "无可用渠道",
            ],
            unless: ["temporarily", "overloaded", "unavailable"]),
        SentenceRule(
            .contentFiltered, on: clientErrors.subtracting([401, 402, 404, 429]).union([200, 500]),
            [
                "content policy", "content management policy", "content filter", "contentpolicyviolationerror", "moderation",
                "guardrail", "safety system", "flagged", "usage policies", "usage guidelines", "safety_check_type", "inappropriate content",
                "datainspectionfailed", "prohibited_content", "prohibited content", "considered high risk", "content is blocked",
                Phrase(["sensitive"], ["content", "information", "words"]), "new_sensitive",
                Phrase(["blocked"], ["safety", "unsafe", "policy", "prohibited"]),
                Phrase(["content", "image", "prompt", "request"], ["violat"], ["polic", "guideline", "terms", "rules"]),
                Phrase(["content you provided"], ["blocked"]), "敏感", "违规", "不安全", "内容审核", "安全审核", "涉黄", "不合规",
            ]),
    ]

    private static let pace = [
        SentenceRule(.overloaded, on: Set(200..<600).subtracting([401, 402, 403, 429, 498]), ["loading model", "overloaded"]),
        SentenceRule(
            .rateLimited, on: Set(200..<600).subtracting([401, 402, 403]),
            [
                "litellm.ratelimiterror", "rate limit exceeded", "rate limit reached", "too many requests", "rate limiting", "请求过于频繁",
                "请求速率", "并发数过高", "速率限制",
            ]),
        SentenceRule(.timeout, on: Set(200..<600), ["litellm.timeout"]),
    ]
}
