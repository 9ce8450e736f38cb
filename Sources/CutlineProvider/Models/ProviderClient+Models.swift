import AsyncHTTPClient
import CutlineCore
import NIOCore

extension ProviderClient {
    /// Where a provider is asked for its models.
    package static func modelsAddress(of profile: Profile) -> String {
        Call.address((profile.models ?? ModelListRules()).path, of: profile)
    }

    /// Asks a provider which models it has: one GET, which is never billed.
    ///
    /// - Parameters:
    ///   - key: sent only where the profile says that the list needs it.
    ///   - timeout: from now to the last byte of the answer; the wait is never longer.
    package static func models(
        of profile: Profile, key: String?, timeout: Duration, allowsInsecureHTTP: Bool = false, routes: NetworkRoutes = .straight
    ) async -> Result<ModelList, Failure> {
        if let objection = objection(to: profile, allowsInsecureHTTP: allowsInsecureHTTP) {
            return .failure(Failure(.wrongEndpoint, objection))
        }
        let rules = profile.models ?? ModelListRules(needsKey: profile.apiKeyEnv != nil)
        let (route, base): (NetworkRoute, HTTPClient.Configuration)
        do throws(NetworkRouteProblem) {
            route = try routes.route(of: profile)
            base = try Self.configuration(route: route)
        } catch { return .failure(Failure(.wrongEndpoint, error.description)) }
        let inquiry = ModelInquiry(profile: profile, rules: rules, key: rules.needsKey ? key : nil, route: route)
        var configuration = base
        configuration.timeout.connect = .milliseconds(timeout.milliseconds)
        let client = HTTPClient(configuration: configuration)
        let fetch = Task { try await inquiry.send(by: client) }
        let alarm = client.eventLoopGroup.any().scheduleTask(in: .milliseconds(timeout.milliseconds)) { fetch.cancel() }
        let result = await withTaskCancellationHandler {
            await fetch.result
        } onCancel: {
            fetch.cancel()
        }
        alarm.cancel()
        // Looking up a name cannot be cancelled, and nobody waits for it; what was still open is of no use to anybody.
        Task { try? await client.shutdown() }
        switch result {
        case .success(let answer): return inquiry.list(in: answer)
        case .failure(let error): return .failure(inquiry.failure(error, timeout: timeout))
        }
    }
}

/// One question for a provider's model list.
struct ModelInquiry: Sendable {
    let profile: Profile
    let rules: ModelListRules
    let key: String?
    let route: NetworkRoute

    var address: String { Call.address(rules.path, of: profile) }

    func send(by client: HTTPClient) async throws -> Answer {
        try Task.checkCancellation()
        var request = HTTPClientRequest(url: address)
        // The same as for a call, so that the key is shown in the same way.
        request.headers = Call(request: CaptionRequest(model: "", prompt: "", images: []), profile: profile, key: key).headers
        request.headers.remove(name: "Content-Type")
        request.headers.replaceOrAdd(name: "Accept", value: "application/json")
        let response = try await client.execute(route.leading(request), deadline: .distantFuture)
        let body = try await response.body.collect(upTo: ProviderClient.maxAnswerBytes)
        var unpacker = try Unpacker(response.headers["content-encoding"], most: ProviderClient.maxAnswerBytes)
        let content = try unpacker.append(body.readableBytesView)
        return Answer(status: Int(response.status.code), headers: response.headers, body: content)
    }

    func list(in answer: Answer) -> Result<ModelList, Failure> {
        if (200..<300).contains(answer.status), let root = json(answer), let list = ModelList(wire: root, rules: rules) {
            return .success(list)
        }
        let reader = AnswerReader(now: Timestamp(milliseconds: 0), sentAddresses: false, key: key)
        switch reader.outcome(of: answer) {
        case .failure(var failure), .unknown(var failure):
            // The list of a provider is the first thing that is asked of a mistyped address.
            if answer.isSuccess, case .html = AnswerContent(answer) { failure.kind = .wrongEndpoint }
            if failure.kind == .malformedAnswer || failure.kind == .emptyAnswer { failure.message = "the answer is no list of models" }
            failure.billed = .no
            if failure.kind == .wrongEndpoint { failure.message = "\(address): \(failure.message)" }
            return .failure(failure)
        case .caption, .notSent, .changed:
            return .failure(Failure(.malformedAnswer, "the answer is no list of models", status: answer.status))
        }
    }

    /// Nil where the body is something else.
    private func json(_ answer: Answer) -> JSONValue? {
        do { return try JSONValue(parsing: answer.body) } catch { return nil }
    }

    func failure(_ error: any Error, timeout: Duration) -> Failure {
        let host = Call.host(of: profile)
        let isLate = error is CancellationError || (error as? HTTPClientError).map { [.cancelled, .connectTimeout].contains($0) } ?? false
        guard !isLate else { return Failure(.timeout, "\(host) did not give its model list in \(timeout.milliseconds / 1_000) s") }
        if error is NIOTooManyBytesError { return Failure(.malformedAnswer, "the answer is larger than 64 MB") }
        let transport = TransportFailure(error, host: host, route: route, isConnected: false)
        guard case .failure(let kind) = transport.cause else { return Failure(.unreachable, transport.message) }
        return Failure(kind, transport.message)
    }
}
