import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// A provider on loopback, for demonstrations, tests and benchmarks. It speaks the wire of any provider with a profile, and it
/// measures the pictures it is sent: it is a stand-in, not a vision model, and never says what a picture shows.
///
/// Addresses: the chat path and the model list of its dialect, and `/pictures/…` (see `ServedPictures`). The dialects `openai` and
/// `simulator` answer at IndoxHub's address too, in IndoxHub's form.
package final class Simulator: Sendable {
    /// What a profile's chat path is appended to: `http://127.0.0.1:PORT/v1`, or the origin for the dialect `indoxhub`.
    package let baseURL: String
    private let book: CallBook
    private let connections: Connections
    private let serving: Task<Void, any Error>

    /// Returns when calls are accepted. Signals are left to the caller.
    ///
    /// - Throws: an error of the system where the port is taken or the log cannot be opened.
    package static func start(_ options: SimulatorOptions = SimulatorOptions()) async throws -> Simulator {
        let book = try CallBook(options)
        let connections = Connections()
        let (ports, port) = AsyncThrowingStream<Int, any Error>.makeStream()
        let serving = Task {
            do {
                try await serve(options, book, connections) { port.yield($0) }
                port.finish()
            } catch {
                port.finish(throwing: error)
                throw error
            }
        }
        for try await port in ports { return Simulator(options, port, book, connections, serving) }
        connections.close()
        throw CancellationError()
    }

    private init(
        _ options: SimulatorOptions, _ port: Int, _ book: CallBook, _ connections: Connections, _ serving: Task<Void, any Error>
    ) {
        self.book = book
        self.connections = connections
        self.serving = serving
        baseURL = "http://127.0.0.1:\(port)\(options.dialect.wire.base)"
    }

    deinit { connections.close() }

    /// How many calls have begun on a chat address, however they ended.
    package var callCount: Int { book.count }

    /// Returns when every connection is closed; calls under way get no answer.
    package func stop() async {
        connections.close()
        _ = await serving.result
    }

    /// One thread for all simulators of a process. It is never shut down: a connection's last references go some time after it was
    /// closed, and touch it once more.
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Returns when the connections are closed.
    private static func serve(
        _ options: SimulatorOptions, _ book: CallBook, _ connections: Connections, running: @escaping @Sendable (Int) -> Void
    ) async throws {
        let application = Application(
            responder: Responder(options, book, connections),
            server: .http1(configuration: .init(additionalChannelHandlers: [ConnectionEntry(connections)])),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: options.port), backlog: 4_096),
            onServerRunning: { channel in
                connections.listen(channel)
                running(channel.localAddress?.port ?? options.port)
            },
            eventLoopGroupProvider: .shared(threads),
            logger: Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() })
        var failure: (any Error)?
        do {
            try await application.run()
        } catch {
            // That its server returned is an error to Hummingbird, and what stopping does here.
            if !connections.isClosed { failure = error }
        }
        try book.log?.close()
        if let failure { throw failure }
    }
}
