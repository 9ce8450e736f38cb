extension Fault {
    /// What can go wrong, by the name a user types; `ErrorForm` says what it looks like in each dialect.
    package enum Name: String, CaseIterable, Sendable {
        // Refusals that stop a lane or slow it down
        case unauthorized
        case forbidden
        case banned
        case quota
        case dailyQuota = "daily-quota"
        case inFlightBudget = "in-flight-budget"
        case oversize
        case groq429 = "groq-429"
        case epochRetryAfter = "epoch-retry-after"
        case absurdRetryAfter = "absurd-retry-after"
        case rateLimited = "rate-limited"
        case overloaded
        case serverError = "server-error"
        case badGateway = "bad-gateway"
        case gatewayTimeout = "gateway-timeout"
        case modelNotFound = "model-not-found"
        case unknownModel = "unknown-model"
        case wrongPath = "wrong-path"
        // Faults of the set-up that do not look like one
        case unexpectedEndpoint = "unexpected-endpoint"
        case plainOK = "plain-ok"
        case noModelLoaded = "no-model-loaded"
        case expiredKey = "expired-key"
        // Refusals of what was sent
        case noVision = "no-vision"
        case imageUnreachable = "image-unreachable"
        case imageRejected = "image-rejected"
        case tooLarge = "too-large"
        case contextTooLong = "context-too-long"
        case panorama
        case contentFilter = "content-filter"
        case content403 = "content-403"
        case inspection
        case unsupportedParameter = "unsupported-parameter"
        case invalidRequest = "invalid-request"
        // Answers that are none
        case errorIn200 = "error-in-200"
        case errorInChoice = "error-in-choice"
        case filtered
        case refusal
        case emptyAnswer = "empty-answer"
        case longThinking = "long-thinking"
        case cut
        case schemaMismatch = "schema-mismatch"
        case duplicateKeys = "duplicate-keys"
        case empty
        case whitespace
        case garbage
        case truncated
        // Numbers that are not what they seem
        case hiddenThinking = "hidden-thinking"
        case thinkingApart = "thinking-apart"
        case usageMissing = "usage-missing"
        case usageNegative = "usage-negative"
        case usageAbsurd = "usage-absurd"
        case nothingLeft = "nothing-left"
        // Tiers
        case flexUnavailable = "flex-unavailable"
        case servedStandard = "served-standard"
        // Captions in other forms
        case thinkUnopened = "think-unopened"
        case thinkBrackets = "think-brackets"
        case thinkChannels = "think-channels"
        case thinkingOnly = "thinking-only"
        case boxed
        case fencedJSON = "fenced-json"
        case toolAnswer = "tool-answer"
        case failedGeneration = "failed-generation"
        // Compressed, though nobody asked
        case gzip
        case deflate
        case deflateRaw = "deflate-raw"
        case unknownEncoding = "unknown-encoding"
        case gzipBomb = "gzip-bomb"
        case gzipDamaged = "gzip-damaged"
        // Event streams
        case streamLingers = "stream-lingers"
        case streamLingersUsage = "stream-lingers-usage"
        case noDone = "no-done"
        case errorInStream = "error-in-stream"
        case cutStream = "cut-stream"
        // Connections
        case reset
        case resetEarly = "reset-early"
        case hang
        case trickle
    }
}

extension Fault.Name {
    /// What happens, in one line.
    package var summary: String {
        switch self {
        case .unauthorized: "the API key is refused"
        case .forbidden: "the key may not do this (model, address or country)"
        case .banned: "the account is shut"
        case .quota: "the credit is used up"
        case .dailyQuota: "the day's allowance is used up, until a told time (retry-after=SECONDS; else 00:00 UTC)"
        case .inFlightBudget: "too much is under way at once for the credit that is left"
        case .rateLimited: "too many requests, with the wait in the dialect's own form"
        case .oversize: "one request above what a minute holds, with both numbers (only where it uses more than 1,000 tokens)"
        case .groq429: "429 of Groq's free plan: a wait of 1.2 s, and a link to its billing page"
        case .epochRetryAfter: "429 whose Retry-After is not a span but the time itself, in seconds since 1970"
        case .absurdRetryAfter: "429 of a limit per minute whose Retry-After says 31 days"
        case .overloaded: "the model is overloaded"
        case .serverError: "the provider fails"
        case .badGateway: "the proxy in front gets no usable answer"
        case .gatewayTimeout: "the proxy in front gives up waiting, in HTML (504 or 524)"
        case .modelNotFound: "the model is not known"
        case .unknownModel: "the model is not known (only where it is neither sim-1 nor sim-text)"
        case .unexpectedEndpoint: "status 200 that says the address is none, as LM Studio does"
        case .plainOK: "status 200 and the text OK, from something that is no model"
        case .noModelLoaded: "400 because no model is loaded, as LM Studio says it"
        case .expiredKey: "400 because the key has expired, as Gemini says it"
        case .wrongPath: "a page of HTML that says there is nothing at this address"
        case .noVision: "the model cannot read pictures"
        case .imageUnreachable: "a picture's URL cannot be fetched (only where a URL was sent)"
        case .imageRejected: "the picture is not accepted"
        case .tooLarge: "picture or request is too large"
        case .contextTooLong: "text and pictures are too long for the model"
        case .panorama: "a picture makes the prompt too long for the model, as vLLM says it (only where one is three times as wide as high)"
        case .content403: "403 about what is in the picture, as xAI says it"
        case .inspection: "400 about what is in the picture, as DashScope says it"
        case .contentFilter: "the request is blocked by the content filter"
        case .unsupportedParameter: "a parameter is not supported (only where one was sent)"
        case .invalidRequest: "the request is refused for no reason that is told in a code"
        case .errorIn200: "status 200, with an error in the place of the answer"
        case .errorInChoice: "status 200, half an answer and an error beside it"
        case .filtered: "status 200, the answer withheld by the content filter"
        case .refusal: "status 200, the model refuses in words"
        case .emptyAnswer: "status 200, an answer without text"
        case .longThinking: "thinking that takes 200 tokens before the first letter (only where max_tokens allows fewer)"
        case .cut: "an answer that ends at the token limit"
        case .schemaMismatch: "JSON of another form than response_format asked for (only where it did)"
        case .duplicateKeys: "an answer whose JSON has keys twice"
        case .empty: "status 200 and no body"
        case .whitespace: "status 200 and nothing but spaces"
        case .garbage: "status 200 and a page of HTML"
        case .truncated: "half of the body that was announced"
        case .hiddenThinking: "1,000 tokens of thinking that only the total shows (no stream)"
        case .thinkingApart: "1,000 tokens of thinking beside the answer's tokens and in the total (no stream)"
        case .usageMissing: "an answer that does not say what it used (no stream)"
        case .usageNegative: "an answer that says it used less than nothing (no stream)"
        case .usageAbsurd: "an answer that says it used a million million tokens (no stream)"
        case .nothingLeft: "an answer whose headers say that nothing is left for 3 seconds (retry-after=SECONDS for more)"
        case .flexUnavailable: "429 because no machine is free for flex, as OpenAI says it (only where flex was asked for)"
        case .servedStandard: "an answer at the standard tier and price (only where flex was asked for)"
        case .thinkUnopened: "thinking before the answer, closed by </think> and not opened"
        case .thinkBrackets: "thinking before the answer, in [THINK]…[/THINK]"
        case .thinkChannels: "thinking and answer in channels, with their marks"
        case .thinkingOnly: "an answer that only thinks"
        case .boxed: "an answer between <|begin_of_box|> and <|end_of_box|>"
        case .fencedJSON: "JSON in a code fence behind a sentence (only where response_format asked for a schema)"
        case .toolAnswer: "a tool called with the answer (only where response_format asked for a schema; no stream)"
        case .failedGeneration: "400 for what the model wrote, with the text in failed_generation, as Groq does"
        case .gzip: "an answer compressed with gzip"
        case .deflate: "an answer compressed with deflate in zlib's frame"
        case .deflateRaw: "an answer compressed with deflate and without a frame"
        case .unknownEncoding: "an answer compressed in a way that nobody reads"
        case .gzipBomb: "an answer of a few kilobytes that is 80 MB when it is unpacked"
        case .gzipDamaged: "an answer compressed with gzip, of which half is missing"
        case .streamLingers: "an event stream that stays open behind its finish reason (only where one was asked for)"
        case .streamLingersUsage: "an event stream that stays open behind its usage (only where one was asked for)"
        case .noDone: "an event stream without its end mark (only where one was asked for)"
        case .errorInStream: "an event stream that turns into an error (only where one was asked for)"
        case .cutStream: "an event stream whose connection ends halfway (only where one was asked for)"
        case .reset: "the request is read whole, then the connection is reset"
        case .resetEarly: "the connection is reset before the request is read"
        case .hang: "the request is read whole and never answered"
        case .trickle: "one space each 50 ms, for ever"
        }
    }

    /// Whether `retry-after=SECONDS` may be said of it.
    var canWait: Bool {
        switch self {
        case .dailyQuota, .inFlightBudget, .groq429, .epochRetryAfter, .absurdRetryAfter, .rateLimited, .overloaded, .serverError,
            .badGateway, .nothingLeft, .flexUnavailable:
            true
        case .unauthorized, .forbidden, .banned, .quota, .gatewayTimeout, .modelNotFound, .wrongPath, .noVision, .imageUnreachable,
            .imageRejected, .tooLarge, .contextTooLong, .contentFilter, .unsupportedParameter, .invalidRequest, .errorIn200,
            .errorInChoice, .filtered, .refusal, .emptyAnswer, .longThinking, .cut, .schemaMismatch, .duplicateKeys, .empty, .whitespace,
            .garbage,
            .truncated, .noDone, .errorInStream, .cutStream, .reset, .resetEarly, .hang, .trickle, .hiddenThinking, .thinkingApart,
            .usageMissing, .usageNegative, .usageAbsurd, .thinkUnopened, .thinkBrackets, .thinkChannels, .thinkingOnly, .boxed, .fencedJSON,
            .servedStandard, .toolAnswer, .failedGeneration, .gzip, .deflate, .deflateRaw, .unknownEncoding, .gzipBomb, .gzipDamaged,
            .streamLingers,
            .streamLingersUsage, .oversize, .unknownModel, .unexpectedEndpoint, .plainOK, .noModelLoaded, .expiredKey, .panorama,
            .content403, .inspection:
            false
        }
    }

    /// Whether it can happen to this call: a picture that came inline is never unreachable. What was not readable can meet anything.
    func applies(to request: ChatRequest?) -> Bool {
        guard let request else { return true }
        return switch self {
        case .imageUnreachable: request.pictures.contains { $0.url != nil }
        case .unsupportedParameter: request.droppable != nil
        case .oversize: ScriptedAnswer(to: request).tokens > ScriptedRefusal.oversizeLimit
        case .panorama: request.pictures.contains { $0.size.map { $0.width >= 3 * $0.height } ?? false }
        case .unknownModel: !["sim-1", "sim-text"].contains(request.modelName)
        case .schemaMismatch, .fencedJSON: request.schema != nil
        case .longThinking: request.maxTokens.map { $0 < ScriptedAnswer.thinkingTokens } ?? false
        case .toolAnswer: request.schema != nil && !request.streams
        case .hiddenThinking, .thinkingApart, .usageMissing, .usageNegative, .usageAbsurd: !request.streams
        case .noDone, .errorInStream, .cutStream, .streamLingers, .streamLingersUsage: request.streams
        case .flexUnavailable, .servedStandard: request.asksForFlex
        case .unauthorized, .forbidden, .banned, .quota, .dailyQuota, .inFlightBudget, .rateLimited, .overloaded, .serverError,
            .badGateway, .gatewayTimeout, .modelNotFound, .wrongPath, .noVision, .imageRejected, .tooLarge, .contextTooLong,
            .contentFilter, .invalidRequest, .errorIn200, .errorInChoice, .filtered, .refusal, .emptyAnswer, .cut, .duplicateKeys,
            .empty, .whitespace, .garbage, .truncated, .reset, .resetEarly, .hang, .trickle, .thinkUnopened, .thinkBrackets, .thinkChannels,
            .thinkingOnly, .boxed, .failedGeneration, .gzip, .deflate, .deflateRaw, .unknownEncoding, .gzipBomb, .gzipDamaged, .groq429,
            .epochRetryAfter, .absurdRetryAfter, .unexpectedEndpoint, .plainOK, .noModelLoaded, .expiredKey, .content403, .inspection,
            .nothingLeft:
            true
        }
    }
}
