import CutlineCore
import Hummingbird
import Synchronization

/// Who may call. Without keys, anybody may; a token that has expired is refused all the same.
final class KeyCheck: Sendable {
    private let keys: Set<String>?
    private let form: Wire.KeyForm
    private let lifetime: Duration
    /// Issued tokens, with the time at which each expires.
    private let tokens = Mutex<[String: ContinuousClock.Instant]>([:])

    init(_ options: SimulatorOptions) {
        keys = options.keys
        form = options.dialect.wire.key
        lifetime = options.tokenLifetime
    }

    func isKnown(_ headers: HTTPFields, at now: ContinuousClock.Instant = .now) -> Bool {
        let key = key(headers)
        if let key, let end = tokens.withLock({ $0[key] }) { return now < end }
        guard let keys else { return true }
        return key.map(keys.contains) ?? false
    }

    /// IndoxHub's exchange of the key in `X-API-Key` for a token; nil for a wrong key.
    func token(for headers: HTTPFields, at now: ContinuousClock.Instant = .now) -> String? {
        guard let key = HTTPField.Name("X-API-Key").flatMap({ headers[$0] }), keys?.contains(key) ?? true else { return nil }
        return tokens.withLock { tokens in
            let token = "sim-token-\(tokens.count + 1)"
            tokens[token] = now + lifetime
            return token
        }
    }

    private func key(_ headers: HTTPFields) -> String? {
        switch form {
        case .bearer:
            guard let value = headers[.authorization], value.hasPrefix("Bearer ") else { return nil }
            return String(value.dropFirst("Bearer ".count))
        case .header(let name): return HTTPField.Name(name).flatMap { headers[$0] }
        }
    }
}
