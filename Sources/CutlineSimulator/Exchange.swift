import Hummingbird
import NIOCore

/// Hummingbird re-exports the collection alone.
typealias HTTPField = HTTPFields.Element

/// One call under way.
struct Exchange {
    let request: Request
    let channel: any Channel
    let arrival: Arrival
    let wire: Wire

    var call: Int { arrival.number }

    /// The simulator's own address, as the client wrote it: `http://127.0.0.1:8089`.
    var origin: String { channel.localAddress?.port.map { "http://127.0.0.1:\($0)" } ?? "" }

    /// Headers that say who calls, as far as they were sent; their values are not noted.
    func noted(_ dialect: SimulatorOptions.Dialect) -> CallLog.Sender {
        let names = ["Accept-Language", "Authorization", "HTTP-Referer", "Referer", "User-Agent", "X-API-Key", "X-Title", "api-key"]
        let sent = names.filter { name in HTTPField.Name(name).map { request.headers[$0] != nil } ?? false }
        return CallLog.Sender(path: request.uri.path, dialect: dialect.rawValue, headers: sent.map { $0.lowercased() })
    }

    func close() async throws {
        do {
            try await channel.close()
        } catch ChannelError.alreadyClosed {
            // The client was faster.
        }
    }
}
