import AsyncHTTPClient
import CutlineCore
import NIOHTTP1

extension ProviderClient {
    /// An exchange is short; the call behind it has its own time. With what fetching pictures may take (30 s) it stays below the minute by
    /// which a lease is longer than a call.
    private static let exchangeTimeout = Duration.seconds(20)

    /// Why there is no token: what the call came to instead.
    struct NoToken: Error {
        let outcome: Outcome
    }

    /// Makes a call with the access token that the key is exchanged for. Its expiry is neither the job's fault nor the lane's.
    func callWithToken(_ call: Call, exchangePath: String, key: String, timeout: Duration) async -> Outcome {
        let source = AccessTokens.Source(address: Call.address(exchangePath, of: call.profile), key: key)
        let token: String
        do {
            token = try await tokens.token(of: source, at: now()) { [self] in
                try await exchange(source, for: call, timeout: min(timeout, Self.exchangeTimeout))
            }
        } catch let error as NoToken { return error.outcome } catch { return .notSent("stopped") }
        var call = call
        call.key = token
        let outcome = await attempt(call, timeout: timeout)
        switch outcome {
        case .failure(let failure) where failure.kind == .unauthorized:
            guard case .expired = tokens.refused(token, of: source) else { return outcome }
            return .notSent("the access token had expired")
        case .caption: tokens.accepted(token, of: source)
        case .failure(let failure): if failure.status != nil { tokens.accepted(token, of: source) }
        case .unknown, .notSent, .changed: break
        }
        return outcome
    }

    private func exchange(_ source: AccessTokens.Source, for call: Call, timeout: Duration) async throws -> AccessTokens.Token {
        var request = HTTPClientRequest(url: source.address)
        request.method = .POST
        request.headers = [
            "User-Agent": Self.userAgent, "Accept": "application/json", "X-API-Key": source.key,
        ]
        let progress = CallProgress(now: now)
        let start = now()
        switch await answer(to: request, by: call.route, within: timeout, progress) {
        case .success(.answer(let answer)): return try token(from: answer, source, start: start)
        case .success(.events), .success(.tooMuch), .success(.unpackable):
            throw Self.noToken(Failure(.wrongEndpoint, "\(source.address) answered without an access_token"))
        case .failure(let error): throw Self.noToken(error, progress, call: call, timeout: timeout)
        }
    }

    private func token(from answer: Answer, _ source: AccessTokens.Source, start: Timestamp) throws -> AccessTokens.Token {
        guard (200..<300).contains(answer.status) else {
            switch AnswerReader(now: now(), sentAddresses: false, key: source.key).outcome(of: answer) {
            case .failure(let failure), .unknown(let failure): throw Self.noToken(failure.naming(source.address))
            case .caption, .notSent, .changed:
                throw Self.noToken(Failure(.wrongEndpoint, "HTTP \(answer.status)").naming(source.address))
            }
        }
        // What is not JSON holds no token either.
        let json = (try? JSONValue(parsing: answer.body)) ?? .null
        guard let text = json["access_token"]?.string, text.canStandInAHeader else {
            throw Self.noToken(Failure(.wrongEndpoint, "\(source.address) answered without an access_token", status: answer.status))
        }
        guard let lifetime = json["expires_in"]?.double, lifetime.isFinite else { return AccessTokens.Token(text: text, refreshAt: nil) }
        // A minute early, so that it does not end on its way.
        let useful = max(lifetime / 2, lifetime - 60)
        let refreshAt = Timestamp(milliseconds: start.milliseconds + Int64(max(0, min(useful, 1e9)) * 1_000))
        return AccessTokens.Token(text: text, refreshAt: refreshAt)
    }

    private static func noToken(_ error: any Error, _ progress: CallProgress, call: Call, timeout: Duration) -> NoToken {
        let host = Call.host(of: call.profile)
        switch progress.current.stop {
        case .caller?: return NoToken(outcome: .notSent("stopped"))
        case .deadline?: return noToken(Failure(.unreachable, "\(host) did not answer within \(timeout.formattedSeconds)"))
        case nil:
            let transport = TransportFailure(error, host: host, route: call.route, isConnected: false)
            switch transport.cause {
            case .noResources: return NoToken(outcome: .notSent(transport.message))
            case .failure(let kind): return noToken(Failure(kind, transport.message))
            }
        }
    }

    /// Nothing of the job was sent, so nothing that went wrong here is the job's: it waits, or the lane is paused.
    private static func noToken(_ failure: Failure) -> NoToken {
        var failure = failure
        switch failure.kind.scope {
        case .lane, .pace: break
        case .transient, .ours: failure.kind = .unreachable
        case .job: failure.kind = .unauthorized
        }
        failure.message = "the key was not exchanged for an access token: \(failure.message)"
        failure.billed = .no
        failure.remedy = nil
        return NoToken(outcome: .failure(failure))
    }
}
