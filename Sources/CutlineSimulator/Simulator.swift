import CutlineServing

/// A provider on loopback, for demonstrations, tests and benchmarks. It speaks the wire of any provider with a profile, and it
/// measures the pictures it is sent: it is a stand-in, not a vision model, and never says what a picture shows.
///
/// Addresses: the chat path and the model list of its dialect, and `/pictures/…` (see `ServedPictures`). The dialects `openai` and
/// `simulator` answer at IndoxHub's address too, in IndoxHub's form.
package final class Simulator: Sendable {
    /// What a profile's chat path is appended to: `http://127.0.0.1:PORT/v1`, or the origin for the dialect `indoxhub`.
    package let baseURL: String
    private let book: CallBook
    private let server: Server

    /// Returns when calls are accepted. Signals are left to the caller.
    ///
    /// - Throws: an error of the system where the port is taken or the log cannot be opened.
    package static func start(_ options: SimulatorOptions = SimulatorOptions()) async throws -> Simulator {
        let book = try CallBook(options)
        let connections = Connections()
        let server = try await Server.start(Responder(options, book, connections), on: connections, port: options.port) {
            try book.log?.close()
        }
        return Simulator(options, book, server)
    }

    private init(_ options: SimulatorOptions, _ book: CallBook, _ server: Server) {
        (self.book, self.server) = (book, server)
        baseURL = "http://127.0.0.1:\(server.port)\(options.dialect.wire.base)"
    }

    /// How many calls have begun on a chat address, however they ended.
    package var callCount: Int { book.count }

    /// Returns when every connection is closed; calls under way get no answer.
    package func stop() async { await server.stop() }
}
