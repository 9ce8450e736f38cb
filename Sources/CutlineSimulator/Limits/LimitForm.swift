import CutlineCore

/// How a dialect tells in headers what its rate limit leaves.
enum LimitForm: Hashable, Sendable {
    case none
    /// `x-ratelimit-…-requests`, the reset as a Go duration.
    case openAI
    /// As OpenAI, the reset with decimals.
    case groq
    case azure
    case mistral
    /// The drafts' `RateLimit-…` with whole seconds, on each answer.
    case ietf
    /// `X-RateLimit-…`, epoch milliseconds, on refusals alone.
    case openRouter
    /// `X-RateLimit-…`, epoch seconds.
    case indoxHub
    /// `anthropic-ratelimit-…`, RFC 3339.
    case anthropic
}

/// What the limits leave, of each kind where there is one.
struct Allowances: Hashable, Sendable {
    var byKind: [MeterKind: LimitState] = [:]

    subscript(kind: MeterKind) -> LimitState? {
        get { byKind[kind] }
        set { byKind[kind] = newValue }
    }

    func headers(_ form: LimitForm, at now: Timestamp, isRefusal: Bool) -> [(String, String)] {
        MeterKind.allCases.flatMap { kind in
            guard let allowance = byKind[kind] else { return [(String, String)]() }
            return switch kind {
            case .requests: allowance.headers(form, at: now, isRefusal: isRefusal)
            case .tokens: allowance.tokenHeaders(form, at: now)
            case .inputTokens: allowance.sideHeaders("input", form, at: now)
            case .outputTokens: allowance.sideHeaders("output", form, at: now)
            }
        }
    }
}

/// What a limit leaves.
struct LimitState: Hashable, Sendable {
    var limit: Int
    var remaining: Int
    /// Seconds until everything is there again.
    var reset: Double
    /// Seconds.
    var window: Double

    /// Seconds.
    static func nothing(for wait: Double) -> LimitState { LimitState(limit: 60, remaining: 0, reset: wait, window: 60) }

    func headers(_ form: LimitForm, at now: Timestamp, isRefusal: Bool) -> [(String, String)] {
        let end = now + .milliseconds(Int64(reset * 1_000))
        switch form {
        case .none: return []
        case .openAI: return fields("x-ratelimit-%-requests", reset: reset.goDuration)
        case .groq: return fields("x-ratelimit-%-requests", reset: "\(reset)s")
        case .azure: return [("x-ratelimit-remaining-requests", String(remaining))]
        case .mistral: return fields("x-ratelimit-%-req-minute", reset: nil)
        case .ietf:
            let seconds = Int(reset.rounded(.up))
            return fields("RateLimit-%", reset: String(seconds)) + [("RateLimit-Policy", "\(limit);w=\(Int(window.rounded(.up)))")]
        case .openRouter: return isRefusal ? fields("X-RateLimit-%", reset: String(end.milliseconds)) : []
        case .indoxHub: return fields("X-RateLimit-%", reset: String(end.milliseconds / 1_000))
        case .anthropic: return fields("anthropic-ratelimit-requests-%", reset: end.iso8601)
        }
    }

    /// Of a limit on tokens; several dialects tell none.
    func tokenHeaders(_ form: LimitForm, at now: Timestamp) -> [(String, String)] {
        switch form {
        case .none, .ietf, .openRouter, .indoxHub: []
        case .openAI: fields("x-ratelimit-%-tokens", reset: reset.goDuration)
        case .groq: fields("x-ratelimit-%-tokens", reset: "\(reset)s")
        case .azure: [("x-ratelimit-remaining-tokens", String(remaining))]
        case .mistral: fields("x-ratelimit-%-tokens-minute", reset: nil)
        case .anthropic: fields("anthropic-ratelimit-tokens-%", reset: (now + .milliseconds(Int64(reset * 1_000))).iso8601)
        }
    }

    /// Of a limit on one side's tokens, which Anthropic alone tells.
    func sideHeaders(_ side: String, _ form: LimitForm, at now: Timestamp) -> [(String, String)] {
        guard form == .anthropic else { return [] }
        return fields("anthropic-ratelimit-\(side)-tokens-%", reset: (now + .milliseconds(Int64(reset * 1_000))).iso8601)
    }

    private func fields(_ pattern: String, reset: String?) -> [(String, String)] {
        [("limit", String(limit)), ("remaining", String(remaining)), ("reset", reset)].compactMap { word, value in
            guard let value else { return nil }
            let halves = pattern.split(separator: "%", omittingEmptySubsequences: false)
            let isCapital = pattern.first?.isUppercase == true
            return (halves[0] + (isCapital ? word.prefix(1).uppercased() + word.dropFirst() : word) + halves[1], value)
        }
    }
}

extension Double {
    /// Seconds as Go writes them: `12ms`, `7.5s`, `6m0s`, `1h2m3s`.
    var goDuration: String {
        guard self >= 1 else { return "\(Int((self * 1_000).rounded(.up)))ms" }
        let minutes = Int(self) / 60
        let rest = self - Double(minutes * 60)
        let seconds = Int(exactly: rest).map(String.init) ?? "\((rest * 1_000).rounded() / 1_000)"
        if minutes == 0 { return "\(seconds)s" }
        return minutes < 60 ? "\(minutes)m\(seconds)s" : "\(minutes / 60)h\(minutes % 60)m\(seconds)s"
    }
}
