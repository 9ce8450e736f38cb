import CutlineCore

extension [UInt8] {
    /// A whole answer with other numbers, or with its text in another place.
    func altered(by fault: Fault.Name) -> [UInt8] {
        // Our own template is JSON.
        guard let json = try? JSONValue(parsing: self), let altered = json.altered(by: fault) else { return self }
        return Array(altered.text.utf8)
    }
}

extension JSONValue {
    private static let hidden = 1_000
    private static let totals = ["total_tokens", "tokens_total"]

    fileprivate func altered(by fault: Fault.Name) -> JSONValue? {
        switch fault {
        case .hiddenThinking: withUsage { $0.thinkingInTotal }
        case .thinkingApart:
            withUsage { $0.thinkingInTotal.with("completion_tokens_details", .object(["reasoning_tokens": JSONValue(Self.hidden)])) }
        case .usageMissing: with("usage", .null)
        case .usageNegative: withUsage { $0.withCounts { _ in -1 } }
        case .usageAbsurd: withUsage { $0.withCounts { _ in 1_000_000_000_000 } }
        case .toolAnswer: callingATool
        case .unauthorized, .forbidden, .banned, .quota, .dailyQuota, .inFlightBudget, .oversize, .groq429, .epochRetryAfter,
            .absurdRetryAfter, .rateLimited, .overloaded, .serverError, .badGateway, .gatewayTimeout, .modelNotFound, .unknownModel,
            .wrongPath, .unexpectedEndpoint, .plainOK, .noModelLoaded, .expiredKey, .noVision, .imageUnreachable, .imageRejected,
            .tooLarge, .contextTooLong, .panorama, .contentFilter, .content403, .inspection, .unsupportedParameter, .invalidRequest,
            .errorIn200, .errorInChoice, .filtered, .refusal, .emptyAnswer, .longThinking, .cut, .schemaMismatch, .duplicateKeys, .empty,
            .whitespace, .garbage, .truncated, .nothingLeft, .thinkUnopened, .thinkBrackets, .thinkChannels, .thinkingOnly, .boxed,
            .fencedJSON, .failedGeneration, .gzip, .deflate, .deflateRaw, .unknownEncoding, .gzipBomb, .gzipDamaged, .streamLingers,
            .streamLingersUsage, .noDone, .errorInStream, .cutStream, .reset, .resetEarly, .hang, .trickle, .flexUnavailable,
            .servedStandard:
            nil
        }
    }

    private func with(_ name: String, _ value: JSONValue) -> JSONValue {
        guard var members = object else { return self }
        members[name] = value
        return .object(members)
    }

    private func withUsage(_ change: (JSONValue) -> JSONValue) -> JSONValue? { self["usage"].map { with("usage", change($0)) } }

    private func withCounts(_ change: (Int) -> Int) -> JSONValue {
        .object(
            (object ?? [:]).mapValues { value in
                guard case .integer(let count) = value else { return value }
                return JSONValue(change(Int(count)))
            })
    }

    private var thinkingInTotal: JSONValue {
        Self.totals.reduce(self) { usage, name in usage[name]?.int.map { usage.with(name, JSONValue($0 + Self.hidden)) } ?? usage }
    }

    /// As OpenAI's form writes it.
    private var callingATool: JSONValue? {
        guard let choice = self["choices"]?[0], let message = choice["message"], let text = message["content"] else { return nil }
        let call = JSONValue.object([
            "id": .string("call_1"), "type": .string("function"), "function": .object(["name": .string("answer"), "arguments": text]),
        ])
        let changed = message.with("content", .null).with("tool_calls", .array([call]))
        return with("choices", .array([choice.with("message", changed).with("finish_reason", .string("tool_calls"))]))
    }
}
