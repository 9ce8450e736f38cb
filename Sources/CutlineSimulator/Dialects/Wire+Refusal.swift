import CutlineCore

/// What a refusal is told about.
struct Incident {
    var call: Int
    var time: Timestamp
    var request: ChatRequest?
    /// What the limits leave, where there are any.
    var allowances = Allowances()
}

extension Wire {
    /// The refusal in the dialect's errors.
    func reply(_ refusal: ScriptedRefusal, in incident: Incident) -> Reply {
        var errors = trouble(refusal.name)
        if let status = refusal.status {
            errors.status = status
            errors.type = types[status] ?? errors.type
            errors.body = errors.body == .html ? .json : errors.body
        }
        if let code = refusal.code { errors.code = code }
        let wait = wait(refusal, errors, at: incident.time)
        var values = blanks(refusal, errors, wait: wait, in: incident)
        let message = refusal.message ?? errors.message.sentence(values)
        values["message"] = .string(message)
        values["extra"] = .string(errors.extra.map { String(decoding: $0.filled(values), as: UTF8.self) } ?? "")
        var reply = body(errors, message: message, values)
        if wrapsUpstreamFailures, refusal.status == nil, errors.body == .json, errors.status >= 500 { reply.status = 200 }
        reply.headers += headers(refusal, wait: wait, in: incident)
        return reply
    }

    private func body(_ errors: ErrorForm, message: String, _ values: [String: JSONValue]) -> Reply {
        switch errors.body {
        case .json: Reply(status: errors.status, body: (errors.whole ?? error).filled(values))
        case .text: Reply(status: errors.status, contentType: "text/plain", body: Array(message.utf8))
        case .html: .html(status: errors.status, "<h1>\(message)</h1>")
        case .empty: Reply(status: errors.status, contentType: "text/plain", body: [])
        }
    }

    /// Seconds. A day's allowance comes back at midnight (UTC) where nothing else was asked for.
    private func wait(_ refusal: ScriptedRefusal, _ errors: ErrorForm, at now: Timestamp) -> Double? {
        if refusal.retryAfter != nil || refusal.status != nil { return refusal.retryAfter }
        guard refusal.name == .dailyQuota else { return errors.wait.map { refusal.limitWait ?? $0 } }
        return Double(86_400 - now.milliseconds / 1_000 % 86_400)
    }

    private func blanks(_ refusal: ScriptedRefusal, _ errors: ErrorForm, wait: Double?, in incident: Incident) -> [String: JSONValue] {
        let seconds = wait.map { wait in Int(exactly: wait).map { JSONValue($0) } ?? .number(wait) }
        let reset = incident.time + .milliseconds(Int64((wait ?? 0) * 1_000))
        return [
            "status": JSONValue(errors.status), "type": JSONValue(errors.type), "code": JSONValue(errors.code),
            "param": JSONValue(refusal.param), "url": JSONValue(refusal.url), "model": JSONValue(incident.request?.model ?? "the model"),
            "limit": JSONValue(refusal.excess.map { String($0.limit) }),
            "requested": JSONValue(refusal.excess.map { String($0.requested) }),
            "unit": JSONValue(refusal.excess?.unit), "seconds": seconds ?? .null, "go": JSONValue(wait?.goDuration),
            "reset": .string(reset.iso8601),
            "request": .string(WrittenAnswer.requestID(incident.call)), "uuid": .string(WrittenAnswer.uuid(incident.call)),
        ]
    }

    private func headers(_ refusal: ScriptedRefusal, wait: Double?, in incident: Incident) -> [(String, String)] {
        var headers: [(String, String)] = []
        if let wait, refusal.name.isAboutRetryAfter || tellsRetryAfter && (refusal.name != .dailyQuota || tellsDailyReset) {
            let told = refusal.name == .epochRetryAfter ? (Double(incident.time.milliseconds / 1_000) + wait).rounded(.up) : wait
            headers.append(("Retry-After", Int(exactly: told).map(String.init) ?? String(told)))
        }
        if let wait, refusal.status == nil, [.rateLimited, .dailyQuota].contains(refusal.name) {
            let known = incident.allowances[.requests]
            if refusal.limitWait != nil, incident.allowances.byKind.contains(where: { $0.key != .requests }) {
                return headers + incident.allowances.headers(limits, at: incident.time, isRefusal: true)
            }
            let nothing = LimitState(limit: known?.limit ?? 60, remaining: 0, reset: wait, window: known?.window ?? 1_800)
            return headers + nothing.headers(limits, at: incident.time, isRefusal: true)
        }
        return headers + incident.allowances.headers(limits, at: incident.time, isRefusal: false)
    }

    /// The proxies in front of OpenRouter say it in words alone, or in `X-RateLimit-Reset`.
    private var tellsDailyReset: Bool { ![.ietf, .openRouter].contains(limits) }
}

extension Fault.Name {
    /// Whether the header is what goes wrong, so that a dialect without it tells it too.
    fileprivate var isAboutRetryAfter: Bool { self == .epochRetryAfter || self == .absurdRetryAfter }
}
