import AsyncHTTPClient
import CutlineCore
import NIOCore
import NIOHTTP1
import NIOPosix
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Sends captioning requests. One call is one HTTP request: nothing is repeated or redirected here. Only where a profile says that keys are
/// exchanged, another one may come before it; that one carries no picture.
package final class ProviderClient: Sendable {
    package static let version = "0.1.0"
    package static let userAgent = "cutline/\(version)"
    /// An answer beyond this is not one.
    static let maxAnswerBytes = 64 << 20

    private let group: MultiThreadedEventLoopGroup
    private let clients: Clients
    private let routes: NetworkRoutes
    private let allowsInsecureHTTP: Bool
    private let fetcher: PictureFetcher
    private let redraft: Redraft?
    private let prepare: Prepare?
    private let mends: Bool?
    private let streamGrace: Duration
    private let disk: Disk
    let now: @Sendable () -> Timestamp
    let tokens = AccessTokens()
    let schemas = SchemaCache()

    /// - Parameters:
    ///   - connections: to one host. No fewer than calls are made at once, or calls wait inside the pool while their time runs.
    ///   - allowsInsecureHTTP: plain http to hosts other than this one.
    ///   - allowsPrivateHosts: whether pictures may be fetched from this machine and from private networks.
    ///   - routes: the way to each provider and picture.
    ///   - temporaryFolder: where fetched pictures lie while they are sent.
    ///   - redraft: looks again at pictures of which one has changed; nil: such a job fails.
    ///   - prepare: makes what the provider takes of pictures that it would refuse; nil: they are sent as they are.
    ///   - mends: whether what a provider would refuse is prepared where its batch says nothing; nil: as its profile says.
    ///   - streamGrace: how long a stream may go on behind its finish reason.
    ///   - now: the wall clock, for waits that a provider tells as a date.
    package convenience init(
        connections: Int, allowsInsecureHTTP: Bool = false, allowsPrivateHosts: Bool = false, routes: NetworkRoutes = .straight,
        temporaryFolder: FilePath = "/tmp", redraft: Redraft? = nil, prepare: Prepare? = nil,
        mends: Bool? = nil,
        streamGrace: Duration = StreamLeash.grace, now: @escaping @Sendable () -> Timestamp
    ) {
        self.init(
            connections: connections, allowsInsecureHTTP: allowsInsecureHTTP, allowsPrivateHosts: allowsPrivateHosts, routes: routes,
            temporaryFolder: temporaryFolder, redraft: redraft, prepare: prepare, mends: mends,
            streamGrace: streamGrace, disk: Disk(), now: now)
    }

    /// - Parameter disk: where pictures lie.
    init(
        connections: Int, allowsInsecureHTTP: Bool = false, allowsPrivateHosts: Bool = false, routes: NetworkRoutes = .straight,
        temporaryFolder: FilePath = "/tmp", redraft: Redraft? = nil, prepare: Prepare? = nil, mends: Bool? = nil,
        streamGrace: Duration = StreamLeash.grace, disk: Disk, now: @escaping @Sendable () -> Timestamp
    ) {
        self.streamGrace = streamGrace
        self.disk = disk
        self.allowsInsecureHTTP = allowsInsecureHTTP
        self.redraft = redraft
        (self.prepare, self.mends) = (prepare, mends)
        self.now = now
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        fetcher = PictureFetcher(
            group: group, folder: temporaryFolder, allowsPrivateHosts: allowsPrivateHosts, routes: routes, threads: disk.threads)
        clients = Clients(group: group, connections: connections)
        disk.threads.post { TemporaryPlace.sweep(temporaryFolder) }
        self.routes = routes
    }

    /// One request is one request, whoever makes it.
    static func configuration(connections: Int = 1) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10)),
            // Servers close idle connections after five seconds; a call sent into a closing one would be lost.
            connectionPool: .init(idleTimeout: .seconds(4), concurrentHTTP1ConnectionsPerHostSoftLimit: connections))
        // Else a refused connection is tried again for ten seconds.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return configuration
    }

    /// Ends all connections. To be called once, when no call is running any more.
    package func shutdown() async {
        await clients.shutdown()
        // As with the clients, nobody is left to act on it.
        try? await group.shutdownGracefully()
    }

    /// Makes one call and says what became of it.
    ///
    /// - Parameters:
    ///   - key: the API key; nil sends none.
    ///   - timeout: of the request, to the last byte of the answer, however steadily bytes arrive. Fetching pictures, preparing them and
    ///     exchanging the key come before; together they take less than two minutes.
    ///   - trust: how long the call's claim may be used; nil: for ever. What comes too late for it is not sent.
    ///   - progress: is told how far the call has come; nil: nobody asks.
    package func call(
        _ request: CaptionRequest, profile: Profile, key: String?, timeout: Duration, trust: TrustWindow? = nil,
        progress: CallProgress? = nil
    ) async -> Outcome {
        let outcome = await callAsAdded(request, profile: profile, key: key, timeout: timeout, trust: trust, progress: progress)
        // The same bytes under another date, as on another host that has a copy: they are what was added, and are sent as they lie here.
        guard case .changed(let images, _) = outcome, images.haveTheBytes(of: request.images), !Task.isCancelled else { return outcome }
        var asItLies = request
        asItLies.images = images
        return await callAsAdded(asItLies, profile: profile, key: key, timeout: timeout, trust: trust, progress: progress)
    }

    private func callAsAdded(
        _ request: CaptionRequest, profile: Profile, key: String?, timeout: Duration, trust: TrustWindow?, progress: CallProgress?
    ) async -> Outcome {
        if let objection = Self.objection(to: profile, allowsInsecureHTTP: allowsInsecureHTTP) {
            return .failure(Failure(.wrongEndpoint, objection))
        }
        // Fetching pictures and looking at them share their time, so that a claim is still good for the request behind them.
        let lookedAt = disk.deadline
        let pictures: FetchedPictures
        do throws(Failure) { pictures = try await fetcher.fetch(request, profile: profile) } catch {
            return Task.isCancelled ? .notSent("stopped") : .failure(error)
        }
        // Their files live as long as this.
        defer { withExtendedLifetime(pictures) {} }
        var call = Call(request: request, images: pictures.images, profile: profile, key: key, trust: trust, redraft: redraft, disk: disk)
        call.progress = progress
        do throws(NetworkRouteProblem) {
            call.route = try routes.route(of: profile)
        } catch { return .failure(Failure(.wrongEndpoint, error.description)) }
        if let obstacle = await makeReady(call.route) { return obstacle }
        let isMended = mends ?? (profile.images.prepare != .never)
        if let obstacle = await call.prepare(with: prepare, mends: isMended, before: max(lookedAt, .now() + .seconds(3))) {
            return obstacle
        }
        progress?.passed(call.prepared)
        if let refusal = await call.refusal(before: max(lookedAt, .now() + .seconds(3))) { return refusal }
        if let key, profile.auth.exchangesKey, let path = profile.auth.exchangePath {
            return await callWithToken(call, exchangePath: path, key: key, timeout: timeout)
        }
        return await attempt(call, timeout: timeout)
    }

    /// Reads what a route needs, before anything is sent on it.
    private func makeReady(_ route: NetworkRoute) async -> Outcome? {
        guard !clients.isReady(route) else { return nil }
        do {
            try await disk.threads.run(before: disk.deadline) { [clients] in _ = try clients.client(for: route) }
            return nil
        } catch let problem as NetworkRouteProblem {
            return .failure(Failure(.wrongEndpoint, problem.description))
        } catch is CancellationError {
            return .notSent("stopped")
        } catch {
            return .failure(Disk.timeout(route.authorities.map(\.words).joined(separator: ", "), disk.patience))
        }
    }

    /// The one request of a call.
    func attempt(_ call: Call, timeout: Duration) async -> Outcome {
        if let trust = call.trust, !trust.maySend(at: now()) { return LeaseOver.outcome }
        var request = HTTPClientRequest(url: call.address)
        request.method = .POST
        request.headers = call.headers
        let progress = call.progress ?? CallProgress(now: now)
        let stream = RequestStream(body: call.body, eventLoop: group.next(), progress: progress, disk: disk) { [now, trust = call.trust] in
            trust?.mayFinish(at: now()) ?? true
        }
        request.body = .stream(stream, length: .known(call.body.length))
        switch await answer(to: request, by: call.route, within: timeout, progress) {
        case .success(let received): return outcome(of: received, to: call)
        case .failure(let error): return await call.outcome(of: error, progress.current, timeout: timeout)
        }
    }

    /// The complete answer.
    func answer(
        to request: HTTPClientRequest, by route: NetworkRoute, within timeout: Duration, _ progress: CallProgress
    ) async -> Result<Received, any Error> {
        let leash = StreamLeash(group.next(), grace: streamGrace)
        let exchange = Task { [clients] in
            try Task.checkCancellation()
            return try await Received(clients.client(for: route).execute(route.leading(request), deadline: .distantFuture), leash)
        }
        leash.hold(exchange)
        defer { leash.release() }
        let alarm = group.next().scheduleTask(in: .nanoseconds(timeout.nanoseconds)) {
            progress.stopped(.deadline)
            exchange.cancel()
        }
        let result = await withTaskCancellationHandler {
            await exchange.result
        } onCancel: {
            progress.stopped(.caller)
            exchange.cancel()
        }
        alarm.cancel()
        progress.over()
        return result
    }
}

extension ProviderClient {
    /// Why nothing may be sent to a profile's address; nil where it may.
    package static func objection(to profile: Profile, allowsInsecureHTTP: Bool) -> String? {
        guard let address = profile.baseURL else { return missingAddress(of: profile) }
        guard let url = URL(string: address), let host = url.host, !host.isEmpty, let scheme = url.scheme?.lowercased() else {
            return "\(address) is not an address that can be called"
        }
        guard url.user == nil, url.password == nil else { return "the address of \(profile.name) must not contain a user name or password" }
        guard url.query == nil, url.fragment == nil else { return "\(address) must end before any ? or #" }
        switch scheme {
        case "https": return nil
        case "http" where allowsInsecureHTTP || isLoopback(host): return nil
        case "http":
            return "\(address) would be called without encryption; use https, or allow it with --insecure-http"
        default: return "\(address) must begin with https://"
        }
    }

    private static func missingAddress(of profile: Profile) -> String {
        guard let example = profile.baseURLExample else { return "the profile \(profile.name) has no base_url" }
        return "\(profile.name) has no address of its own: give yours in providers.json or as a job file's provider, "
            + #"for example {"name": "\#(profile.name)", "base_url": "\#(example)"}"#
    }

    /// Whether a host is this machine, in whatever form its address is written.
    static func isLoopback(_ host: String) -> Bool {
        var host = host.lowercased()[...]
        if host.hasPrefix("[") { host = host.dropFirst().prefix { $0 != "]" } }
        if let address = InternetAddress(parsing: String(host)) { return address.isThisMachine }
        // Its full name ends in the dot of the root.
        if host.hasSuffix(".") { host.removeLast() }
        return ["localhost", "ip6-localhost", "ip6-loopback"].contains(host) || host.hasSuffix(".localhost")
    }
}

extension Duration {
    /// Bounded to a year, so that it cannot overflow.
    var nanoseconds: Int64 { min(components.seconds, 31_536_000) * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}

extension [ImageSource] {
    /// Whether each is known by its bytes, and has those of the other.
    fileprivate func haveTheBytes(of others: Self) -> Bool {
        count == others.count
            && zip(self, others).allSatisfy { image, other in
                guard case .file(let file) = image, case .file(let known) = other else { return image == other }
                return known.digest != nil && file.digest == known.digest
            }
    }
}
