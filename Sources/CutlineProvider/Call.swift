import AsyncHTTPClient
import CutlineCore
import NIOHTTP1

/// One request on its way to one provider.
struct Call: Sendable {
    let request: CaptionRequest
    let profile: Profile
    let key: String?
    let body: RequestBody

    init(request: CaptionRequest, profile: Profile, key: String?) {
        self.request = request
        self.profile = profile
        self.key = key
        body = RequestBody(request, profile: profile)
    }

    var address: String {
        var base = (profile.baseURL ?? "")[...]
        while base.hasSuffix("/") { base.removeLast() }
        return base + "/" + profile.chatPath.drop { $0 == "/" }
    }

    var headers: HTTPHeaders {
        var headers: HTTPHeaders = ["User-Agent": ProviderClient.userAgent, "Accept": "application/json"]
        for (name, value) in profile.headers.sorted(by: { $0.key < $1.key }) { headers.replaceOrAdd(name: name, value: value) }
        headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        if let key { headers.replaceOrAdd(name: "Authorization", value: "Bearer \(key)") }
        return headers
    }

    var sendsAddresses: Bool {
        request.images.contains { image in
            if case .url = image { true } else { false }
        }
    }

    /// What keeps the call from being sent at all; it costs nothing.
    func refusal() -> Outcome? {
        if let key, key.isEmpty || !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            return .failure(Failure(.unauthorized, "the API key is empty or has characters that no key has; check how it is set"))
        }
        if let failure = breachOfImageRules() { return .failure(failure) }
        do {
            for file in body.pictures { try PictureReader.check(file) }
            return nil
        } catch {
            return Self.outcome(of: error)
        }
    }

    private func breachOfImageRules() -> Failure? {
        let rules = profile.images
        if let limit = rules.maxCount, request.images.count > limit {
            return Failure(.tooLarge, "\(request.images.count) images; \(profile.name) takes at most \(limit) in one call")
        }
        for file in body.pictures {
            if let accepts = rules.accepts, !accepts.contains(file.format) {
                let types = accepts.map(\.mimeType).joined(separator: ", ")
                return Failure(.imageRejected, "\(file.path.text) is \(file.format.mimeType); \(profile.name) takes \(types)")
            }
            if let limit = rules.maxBytes, file.stamp.size > limit {
                return Failure(.tooLarge, "\(file.path.text) has \(file.stamp.size) bytes; \(profile.name) takes at most \(limit)")
            }
        }
        return nil
    }

    /// What a call without a complete answer came to: everything handed over may be billed, anything less is not.
    func outcome(of error: any Error, _ progress: CallProgress.State, timeout: Duration) -> Outcome {
        if let fault = error as? PictureFault { return Self.outcome(of: fault) }
        let failure: Failure
        switch progress.stop {
        case .caller where !progress.isHandedOver: return .notSent("stopped")
        case .caller: failure = Failure(.cancelled, "stopped while waiting for the answer")
        case .deadline:
            let what = progress.isHandedOver ? "no complete answer" : "the request was not sent completely"
            failure = Failure(.timeout, "\(what) within \(timeout.formattedSeconds)")
        case nil:
            let host = profile.baseURL.flatMap { $0.split(separator: "/").dropFirst().first.map(String.init) } ?? profile.name
            let transport = TransportFailure(error, host: host, isConnected: progress.isConnected)
            switch transport.cause {
            case .noResources where !progress.isHandedOver: return .notSent(transport.message)
            case .noResources: failure = Failure(.connectionLost, transport.message)
            case .failure(let kind): failure = Failure(kind, transport.message)
            }
        }
        guard progress.isHandedOver else { return .failure(failure) }
        var unknown = failure
        unknown.billed = .unknown
        return .unknown(unknown)
    }

    private static func outcome(of fault: PictureFault) -> Outcome {
        switch fault {
        case .unreadable(let reason): .failure(Failure(.imageUnreadable, reason))
        case .noResources(let reason): .notSent(reason)
        }
    }
}

extension Duration {
    /// `300 s`, `0.2 s`
    fileprivate var formattedSeconds: String {
        milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(Double(milliseconds) / 1_000) s"
    }
}
