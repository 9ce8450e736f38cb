import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// An HTTP/1.1 server of this process. Signals are left to the caller.
package final class Server: Sendable {
    /// What it listens on.
    package let port: Int
    private let connections: Connections
    private let serving: Task<Void, any Error>

    /// Returns when requests are accepted.
    ///
    /// - Parameters:
    ///   - port: 0: any free one.
    ///   - idleTimeout: After so long without a byte either way a connection is closed; nil: never.
    ///   - ended: Called once when no request is answered any more.
    /// - Throws: an error of the system where the port is taken.
    package static func start(
        _ responder: some HTTPResponder<Connection>, on connections: Connections, address: String = "127.0.0.1", port: Int,
        idleTimeout: Duration? = nil, ended: @escaping @Sendable () throws -> Void = {}
    ) async throws -> Server {
        let (ports, continuation) = AsyncThrowingStream<Int, any Error>.makeStream()
        let serving = Task {
            do {
                try await serve(responder, connections, (address, port), idleTimeout, ended) { continuation.yield($0) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
                throw error
            }
        }
        for try await port in ports { return Server(port, connections, serving) }
        connections.close()
        throw CancellationError()
    }

    private init(_ port: Int, _ connections: Connections, _ serving: Task<Void, any Error>) {
        (self.port, self.connections, self.serving) = (port, connections, serving)
    }

    deinit { connections.close() }

    /// Returns when every connection is closed; requests under way get no answer.
    package func stop() async {
        connections.close()
        _ = await serving.result
    }

    /// One thread for all servers of a process. It is never shut down: a connection's last references go some time after it was
    /// closed, and touch it once more.
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Returns when the connections are closed.
    private static func serve(
        _ responder: some HTTPResponder<Connection>, _ connections: Connections, _ place: (address: String, port: Int),
        _ idleTimeout: Duration?, _ ended: @Sendable () throws -> Void, running: @escaping @Sendable (Int) -> Void
    ) async throws {
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionEntry(connections)], idleTimeout: idleTimeout.map { TimeAmount($0) })),
            configuration: ApplicationConfiguration(address: .hostname(place.address, port: place.port), backlog: 4_096),
            onServerRunning: { channel in
                connections.listen(channel)
                running(channel.localAddress?.port ?? place.port)
            },
            eventLoopGroupProvider: .shared(threads),
            logger: Logger(label: "server") { _ in SwiftLogNoOpLogHandler() })
        var failure: (any Error)?
        do {
            try await application.run()
        } catch {
            // That its server returned is an error to Hummingbird, and what stopping does here.
            if !connections.isClosed { failure = error }
        }
        try ended()
        if let failure { throw failure }
    }
}
