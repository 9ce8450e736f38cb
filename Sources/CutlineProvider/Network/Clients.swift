import AsyncHTTPClient
import CutlineCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// The HTTP clients of a process, one for each way that its profiles go: a client has one proxy and one set of authorities.
final class Clients: Sendable {
    private let group: any EventLoopGroup
    private let connections: Int
    private let clients = Mutex<[NetworkRoute: HTTPClient]>([:])

    init(group: any EventLoopGroup, connections: Int) { (self.group, self.connections) = (group, connections) }

    /// Whether the route's client is there, or needs nothing of the disk.
    func isReady(_ route: NetworkRoute) -> Bool {
        var route = route
        route.exemption = nil
        return route.authorities.isEmpty || clients.withLock { $0[route] != nil }
    }

    /// Made when it is first needed, which reads files.
    func client(for route: NetworkRoute) throws(NetworkRouteProblem) -> HTTPClient {
        var route = route
        route.exemption = nil
        if let client = clients.withLock({ $0[route] }) { return client }
        let configuration = try ProviderClient.configuration(connections: connections, route: route)
        return clients.withLock { [group, route] clients in
            if let client = clients[route] { return client }
            let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
            clients[route] = client
            return client
        }
    }

    func shutdown() async {
        // Shutting down reports what was still open; nobody is left to act on it.
        for client in clients.withLock({ Array($0.values) }) { try? await client.shutdown() }
    }
}

extension ProviderClient {
    /// What a client needs for a route.
    static func configuration(connections: Int = 1, route: NetworkRoute) throws(NetworkRouteProblem) -> HTTPClient.Configuration {
        var configuration = configuration(connections: connections)
        if !route.authorities.isEmpty {
            var certificates: [NIOSSLCertificate] = []
            for file in route.authorities { certificates += try file.certificates() }
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.additionalTrustRoots = [.certificates(certificates)]
            configuration.tlsConfiguration = tls
        }
        switch route.path {
        case .straight: break
        case .tunnel(let proxy):
            let address = proxy.address
            configuration.proxy =
                switch address.kind {
                case .http: .server(host: address.host, port: address.port, authorization: address.authorization)
                case .socks5: .socksServer(host: address.host, port: address.port)
                }
        case .forward(let proxy):
            let authorization = proxy.address.authorization?.headerValue
            configuration.http1_1ConnectionDebugInitializer = { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
                    try pipeline.addHandler(WholeAddress(authorization: authorization), position: .after(decoder))
                }
            }
        }
        return configuration
    }
}

extension NetworkRoute {
    /// The request as it is sent on this route: plain http goes to the proxy itself, which reads from the host header whom it is for.
    func leading(_ request: HTTPClientRequest) -> HTTPClientRequest {
        guard case .forward(let proxy) = path, let start = request.url.firstRange(of: "://")?.upperBound else { return request }
        var request = request
        let rest = request.url[start...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let target = rest[authority.endIndex...]
        request.headers.replaceOrAdd(name: "Host", value: String(authority))
        let host = proxy.address.host.contains(":") ? "[\(proxy.address.host)]" : proxy.address.host
        request.url = "http://\(host):\(proxy.address.port)\(target.hasPrefix("/") ? "" : "/")\(target)"
        return request
    }
}

extension ProxyAddress {
    fileprivate var authorization: HTTPClient.Authorization? {
        credentials.map { .basic(username: $0.user, password: $0.password) }
    }
}

/// Asks a proxy for `http://host/path` in place of `/path` (RFC 9112, §3.2.2).
private final class WholeAddress: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let authorization: String?

    init(authorization: String?) { self.authorization = authorization }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), let host = head.headers.first(name: "host") else {
            return context.write(data, promise: promise)
        }
        head.uri = "http://\(host)\(head.uri)"
        if let authorization { head.headers.replaceOrAdd(name: "Proxy-Authorization", value: authorization) }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
