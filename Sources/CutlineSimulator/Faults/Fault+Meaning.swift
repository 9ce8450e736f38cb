import CutlineCore

extension Fault.Name {
    /// What a client should call it; nil where the call still yields a caption.
    package var failureClass: FailureClass? {
        switch self {
        case .unauthorized, .expiredKey: .unauthorized
        case .forbidden, .banned: .forbidden
        case .quota, .dailyQuota: .quotaExhausted
        case .inFlightBudget, .rateLimited, .oversize, .groq429, .epochRetryAfter, .absurdRetryAfter, .flexUnavailable: .rateLimited
        case .overloaded: .overloaded
        case .serverError, .badGateway, .errorIn200, .errorInChoice, .errorInStream: .serverError
        case .gatewayTimeout, .hang, .trickle: .timeout
        case .modelNotFound, .unknownModel, .noModelLoaded: .modelNotFound
        case .wrongPath, .unexpectedEndpoint, .plainOK: .wrongEndpoint
        case .noVision: .noVision
        case .imageUnreachable: .imageUnreachable
        case .imageRejected: .imageRejected
        case .tooLarge: .tooLarge
        case .contextTooLong, .panorama: .contextTooLong
        case .contentFilter, .content403, .inspection, .filtered: .contentFiltered
        case .unsupportedParameter: .unsupportedParameter
        case .invalidRequest: .invalidRequest
        case .refusal: .refused
        case .emptyAnswer, .longThinking, .empty, .whitespace, .thinkingOnly: .emptyAnswer
        case .schemaMismatch, .failedGeneration: .schemaMismatch
        case .garbage, .unknownEncoding, .gzipBomb, .gzipDamaged: .malformedAnswer
        case .truncated, .cutStream, .reset, .resetEarly: .connectionLost
        case .cut, .duplicateKeys, .noDone, .hiddenThinking, .thinkingApart, .usageMissing, .usageNegative, .usageAbsurd, .thinkUnopened,
            .thinkBrackets, .thinkChannels, .boxed, .fencedJSON, .toolAnswer, .gzip, .deflate, .deflateRaw, .streamLingers,
            .streamLingersUsage, .nothingLeft, .servedStandard:
            nil
        }
    }
}
