import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server on 127.0.0.1 that counts what arrives and misbehaves as it is told.
final class TestServer: Sendable {
    enum Behaviour: Sendable {
        /// Writes these bytes when the whole request is there.
        case answer(String)
        /// Writes what belongs to the path that is asked for.
        case routes([String: String])
        /// Writes what the whole request is answered with.
        case respond(@Sendable (Request) -> String)
        /// Writes them as soon as the head is there, and reads no further.
        case answerEarly(String)
        /// Writes them and closes.
        case answerAndClose(String)
        case resetAfterHead
        case resetAfterRequest
        case hang
        /// Announces a long answer and sends it a byte at a time.
        case trickle
        /// Writes them, and then a comment of an event stream again and again.
        case answerAndPing(String)
        /// Reads nothing behind the first bytes until `readOn` is called.
        case stopReading
        /// Writes these bytes to whoever connects.
        case greet(String)
    }

    struct Request: Sendable {
        var head: String
        var body: String
    }

    enum Event: Sendable { case head, request, closed }

    fileprivate struct State {
        var requests: [Request] = []
        var connections = 0
        var channels: [any Channel] = []
    }

    fileprivate let state = Mutex(State())
    private let listener: any Channel
    private let events: AsyncStream<Event>
    fileprivate let report: AsyncStream<Event>.Continuation
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Runs `body` with a server, and closes it after.
    static func run<Value>(_ behaviour: Behaviour, _ body: (TestServer) async throws -> Value) async throws -> Value {
        let server = try await TestServer(behaviour)
        let value = try await body(server)
        try await server.listener.close().get()
        for channel in server.state.withLock({ $0.channels }) { channel.close(promise: nil) }
        return value
    }

    private init(_ behaviour: Behaviour) async throws {
        (events, report) = AsyncStream.makeStream()
        let box = Box()
        listener = try await ServerBootstrap(group: Self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_rcvbuf), value: 32 * 1_024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(server: box.server, behaviour: behaviour))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        box.set(self)
    }

    var port: Int { listener.localAddress?.port ?? 0 }
    var address: String { "http://127.0.0.1:\(port)/v1" }
    /// Whole ones only.
    var requests: [Request] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }

    func wait(for event: Event) async {
        for await next in events where next == event { return }
    }

    func readOn() async throws {
        for channel in state.withLock({ $0.channels }) { try await channel.setOption(.autoRead, value: true).get() }
    }

    /// Runs `body` with a port of this machine that is taken, so that no other test gets it, and on which nobody listens.
    static func runWithClosedPort<Value>(_ body: (Int) async throws -> Value) async throws -> Value {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                precondition(bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0)
            }
        }
        return try await body(Int(UInt16(bigEndian: address.sin_port)))
    }

    static func http(_ status: Int, _ body: String, headers: String = "") -> String {
        "HTTP/1.1 \(status) Status\r\nContent-Type: application/json\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static func caption(_ text: String) -> Behaviour {
        .answer(http(200, #"{"choices":[{"message":{"content":"\#(text)"},"finish_reason":"stop"}]}"#))
    }
}

/// The handler of a connection is made while the server is still being built.
private final class Box: Sendable {
    private let held = Mutex<TestServer?>(nil)
    var server: TestServer? { held.withLock { $0 } }
    func set(_ server: TestServer) { held.withLock { $0 = server } }
}

private final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: TestServer?
    private let behaviour: TestServer.Behaviour
    private var received = ByteBuffer()
    private var hasHead = false

    init(server: TestServer?, behaviour: TestServer.Behaviour) {
        self.server = server
        self.behaviour = behaviour
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        server?.state.withLock { state in
            state.connections += 1
            state.channels.append(channel)
        }
        if case .greet(let text) = behaviour { write(text, context) }
    }

    func channelInactive(context: ChannelHandlerContext) { server?.report.yield(.closed) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        received.writeBuffer(&piece)
        guard let headEnd = received.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        let head = String(decoding: received.readableBytesView[..<headEnd.lowerBound], as: UTF8.self)
        if !hasHead {
            hasHead = true
            server?.report.yield(.head)
            headArrived(context)
        }
        let lengths = head.split(separator: "\r\n").compactMap { line in
            line.lowercased().hasPrefix("content-length:") ? Int(line.drop { $0 != " " }.dropFirst()) : nil
        }
        let body = received.readableBytesView[headEnd.upperBound...]
        let length = lengths.first ?? 0
        guard body.count >= length else { return }
        let request = TestServer.Request(head: head, body: String(decoding: body.prefix(length), as: UTF8.self))
        server?.state.withLock { $0.requests.append(request) }
        received.clear()
        hasHead = false
        server?.report.yield(.request)
        requestArrived(context, request)
    }

    private func headArrived(_ context: ChannelHandlerContext) {
        switch behaviour {
        case .answerEarly(let text):
            context.channel.setOption(.autoRead, value: false).assumeIsolated().whenSuccess { self.write(text, context) }
        case .resetAfterHead: reset(context)
        case .stopReading: context.channel.setOption(.autoRead, value: false).whenFailure { fatalError("\($0)") }
        case .answer, .respond, .routes, .answerAndClose, .resetAfterRequest, .hang, .trickle, .answerAndPing, .greet: break
        }
    }

    private func requestArrived(_ context: ChannelHandlerContext, _ request: TestServer.Request) {
        switch behaviour {
        case .routes(let answers):
            let path = request.head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            write(answers[path] ?? TestServer.http(404, ""), context)
        case .answer(let text): write(text, context)
        case .respond(let answer): write(answer(request), context)
        case .answerAndClose(let text):
            write(text, context)
            context.close(promise: nil)
        case .resetAfterRequest: reset(context)
        case .trickle:
            write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", context)
            goOn(writing: " ", context)
        case .answerAndPing(let text):
            write(text, context)
            goOn(writing: ": ping\n\n", context)
        case .answerEarly, .resetAfterHead, .hang, .stopReading, .greet: break
        }
    }

    private func goOn(writing text: String, _ context: ChannelHandlerContext) {
        let channel = context.channel
        context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) { task in
            guard channel.isActive else { return task.cancel() }
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func reset(_ context: ChannelHandlerContext) {
        let channel = context.channel
        guard let socket = channel as? any SocketOptionProvider else { fatalError("no socket") }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    }
}
