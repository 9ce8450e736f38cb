import AsyncHTTPClient
import CutlineCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What went wrong with a connection, in our words.
struct TransportFailure: Equatable {
    enum Cause: Equatable {
        case failure(FailureClass)
        /// Out of descriptors, memory or ports: nothing was sent and nobody is to blame.
        case noResources
    }

    var cause: Cause
    /// Never an error's full description: that may repeat a header, and with it the key.
    var message: String

    /// - Parameters:
    ///   - route: the way that the connection went.
    ///   - isConnected: whether the connection had been established.
    init(_ error: any Error, host: String, route: NetworkRoute = .straight, isConnected: Bool) {
        if !isConnected, let proxy = route.proxy {
            if let failure = TransportFailure(error, of: proxy, to: host) {
                self = failure
                return
            }
        }
        switch error {
        case let error as IOError: self.init(code: error.errnoCode, host: host)
        case let error as NIOConnectionError: self.init(error, host: host)
        case ChannelError.connectTimeout: self.init(.unreachable, "connecting to \(host) took too long")
        case let error as HTTPClientError: self.init(error, host: host)
        case is HTTPParserError:
            self.init(isConnected ? .connectionLost : .unreachable, "\(host) did not answer in HTTP or cut its answer off")
        default:
            // A failed handshake; the errors of swift-nio-ssl have no common type.
            if !isConnected, String(reflecting: type(of: error)).contains("SSL") {
                self.init(.tls, "no secure connection to \(host): \(Self.tlsReason(error, route))")
            } else {
                self.init(isConnected ? .connectionLost : .unreachable, "the connection to \(host) failed (\(type(of: error)))")
            }
        }
    }

    /// What the proxy is to blame for: nothing of the call has reached the provider.
    private init?(_ error: any Error, of proxy: NetworkRoute.Proxy, to host: String) {
        let name = proxy.words
        switch error {
        case let error as HTTPClientError where error == .proxyAuthenticationRequired:
            self.init(
                .forbidden,
                proxy.address.credentials == nil
                    ? "\(name) wants a user name and password (HTTP 407); write them into the variable: http://user:password@host:port"
                    : "\(name) does not accept its user name and password (HTTP 407); correct them where they are set")
        case let error as HTTPClientError where error == .invalidProxyResponse:
            self.init(
                .unreachable,
                "\(name) opened no connection to \(host); look whether it allows that host and port\(proxy.address.credentials == nil ? "" : ", takes the user name and password,") and can reach it"
            )
        case let error as HTTPClientError where [.httpProxyHandshakeTimeout, .socksHandshakeTimeout, .connectTimeout].contains(error):
            self.init(.unreachable, "\(name) did not answer in time")
        case ChannelError.connectTimeout:
            self.init(.unreachable, "\(name) did not answer in time")
        case is IOError, is NIOConnectionError:
            var failure = TransportFailure(error, host: name, isConnected: false)
            if case .failure = failure.cause { failure.message += "; correct it there, or exempt the host with NO_PROXY" }
            self = failure
        case is HTTPParserError where proxy.address.kind == .http: self.init(.unreachable, "\(name) does not answer as an HTTP proxy does")
        case _ where String(reflecting: type(of: error)).contains("SOCKS"):
            self.init(.unreachable, "\(name) opened no connection to \(host) (\(type(of: error)))")
        default: return nil
        }
    }

    /// The library tells one cause of a refused certificate from all others.
    private static func tlsReason(_ error: any Error, _ route: NetworkRoute) -> String {
        // The library then begins no connection at all, whatever other authorities it is given.
        guard hasSystemAuthorities else {
            return "this system has no list of authorities to hold a certificate to; install ca-certificates, then run again"
        }
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: return "its certificate is for another host name"
        case NIOSSLError.handshakeFailed(.sslError(let stack)) where "\(stack)".contains("CERTIFICATE_VERIFY_FAILED"):
            let believed = route.authorities.isEmpty ? "" : ", nor in \(route.authorities.map(\.words).joined(separator: ", "))"
            return
                "its certificate is signed by nobody in the system's list\(believed), or has expired; where a company, a proxy or a server has "
                + "an authority of its own, name its certificate with --ca-file PATH, ca_file in the profile, or SSL_CERT_FILE"
        default: return "its certificate or TLS version is not accepted"
        }
    }

    /// Whether there is a list where the TLS library looks; a bare Debian has none before the package ca-certificates is installed.
    private static var hasSystemAuthorities: Bool {
        #if os(Linux)
            let places: [String] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs"]
            return places.contains { access($0, R_OK) == 0 }
        #else
            return true
        #endif
    }

    private init(_ kind: FailureClass, _ message: String) { self.init(.failure(kind), message) }

    private init(_ cause: Cause, _ message: String) {
        self.cause = cause
        self.message = message
    }

    private init(code: CInt, host: String) {
        let reason = Errno(rawValue: code)
        switch reason {
        case _ where reason.isShortage:
            self.init(.noResources, "cannot open a connection to \(host): \(reason)")
        case .connectionReset, .brokenPipe, .connectionAbort, .socketNotConnected, .socketShutdown:
            self.init(.connectionLost, "\(host) closed the connection: \(reason)")
        case .connectionRefused: self.init(.unreachable, "cannot connect to \(host): \(reason); is it running?")
        default: self.init(.unreachable, "cannot connect to \(host): \(reason)")
        }
    }

    private init(_ error: NIOConnectionError, host: String) {
        let codes = error.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
        if let code = codes.first(where: { Errno(rawValue: $0).isShortage }) ?? codes.first {
            self.init(code: code, host: host)
        } else if error.dnsAError != nil || error.dnsAAAAError != nil {
            self.init(.unreachable, "the host \(host) was not found; check the address and the network")
        } else {
            self.init(.unreachable, "connecting to \(host) took too long")
        }
    }

    private init(_ error: HTTPClientError, host: String) {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout: self.init(.unreachable, "connecting to \(host) took too long")
        case .tlsHandshakeTimeout: self.init(.tls, "the TLS handshake with \(host) took too long")
        case .remoteConnectionClosed: self.init(.connectionLost, "\(host) closed the connection")
        case .invalidURL, .emptyHost, .emptyScheme: self.init(.wrongEndpoint, "the address is not one that can be called")
        // Their payload is the header itself.
        case _ where error.shortDescription.hasPrefix("Invalid header field"):
            self.init(.wrongEndpoint, "a header of the profile has characters that HTTP does not allow")
        default: self.init(.connectionLost, "the connection to \(host) failed: \(error.shortDescription)")
        }
    }
}
