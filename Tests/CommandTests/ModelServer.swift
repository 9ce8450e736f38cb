import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A provider on 127.0.0.1 that answers every GET with a list of models and every POST with a caption. One connection a request.
final class ModelServer: Sendable {
    /// The heads of the requests that came.
    private let heads = Mutex<[String]>([])
    private let listener: Int32
    let address: String

    /// Runs `body` with a server that is closed after.
    static func run<Value>(
        list: String, status: Int = 200, answer: String = ModelServer.answer, _ body: (ModelServer) async throws -> Value
    ) async throws -> Value {
        let server = ModelServer()
        let done = DispatchSemaphore(value: 0)
        DispatchQueue(label: "models").async {
            server.accept(list: http(status, list), answer: http(200, answer))
            done.signal()
        }
        defer { server.close(done) }
        return try await body(server)
    }

    /// A caption with 1,000 input and 50 output tokens, and no cost.
    static let answer =
        #"{"choices":[{"message":{"content":"A cat."},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":50}}"#

    var gets: [String] { heads.withLock { $0.filter { $0.hasPrefix("GET") } } }
    var posts: Int { heads.withLock { $0.count } - gets.count }

    private init() {
        #if canImport(Glibc)
            listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            listener = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                precondition(bind(listener, generic, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, generic, &size) == 0)
            }
        }
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))/v1"
    }

    private func accept(list: String, answer: String) {
        while true {
            #if canImport(Glibc)
                let connection = Glibc.accept(listener, nil, nil)
            #else
                let connection = Darwin.accept(listener, nil, nil)
            #endif
            guard connection >= 0 else { return }
            if let head = Self.readRequest(connection) {
                heads.withLock { $0.append(head) }
                let reply = Array((head.hasPrefix("GET") ? list : answer).utf8)
                // Who has gone away does not want it.
                _ = reply.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
            }
            Self.close(connection)
        }
    }

    /// Its head, once the whole request is there.
    private static func readRequest(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            bytes += piece[..<count]
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }.flatMap {
                Int($0.dropFirst(16))
            }
            if bytes.count - end.upperBound >= length ?? 0 { return head }
        }
    }

    private func close(_ done: DispatchSemaphore) {
        shutdown(listener, Int32(SHUT_RDWR))
        #if !canImport(Glibc)
            Self.close(listener)
        #endif
        done.wait()
        #if canImport(Glibc)
            Self.close(listener)
        #endif
    }

    private static func close(_ descriptor: Int32) {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    private static func http(_ status: Int, _ body: String) -> String {
        "HTTP/1.1 \(status) Status\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

extension CommandHarness {
    /// A profile called `mine` whose list, and whose calls, `server` answers.
    func write(_ server: ModelServer, models: String = "{}", more: String = "") {
        write("providers.json", #"[{"name": "mine", "base_url": "\#(server.address)", "models": \#(models)\#(more)}]"#)
    }
}
