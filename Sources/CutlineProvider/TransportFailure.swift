import AsyncHTTPClient
import CutlineCore
import NIOCore
import NIOHTTP1
import NIOPosix
import SystemPackage

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

    /// - Parameter isConnected: whether the connection had been established.
    init(_ error: any Error, host: String, isConnected: Bool) {
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
                self.init(.tls, "no secure connection to \(host): its certificate or TLS version is not accepted")
            } else {
                self.init(isConnected ? .connectionLost : .unreachable, "the connection to \(host) failed (\(type(of: error)))")
            }
        }
    }

    private init(_ kind: FailureClass, _ message: String) { self.init(.failure(kind), message) }

    private init(_ cause: Cause, _ message: String) {
        self.cause = cause
        self.message = message
    }

    private init(code: CInt, host: String) {
        let reason = Errno(rawValue: code).description
        switch Errno(rawValue: code) {
        case _ where Errno.isShortage(code):
            self.init(.noResources, "cannot open a connection to \(host): \(reason)")
        case .connectionReset, .brokenPipe, .connectionAbort, .socketNotConnected, .socketShutdown:
            self.init(.connectionLost, "\(host) closed the connection: \(reason)")
        case .connectionRefused: self.init(.unreachable, "cannot connect to \(host): \(reason); is it running?")
        default: self.init(.unreachable, "cannot connect to \(host): \(reason)")
        }
    }

    private init(_ error: NIOConnectionError, host: String) {
        let codes = error.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
        if let code = codes.first(where: Errno.isShortage) ?? codes.first {
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
