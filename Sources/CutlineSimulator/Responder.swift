import CutlineCore
import Hummingbird
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What Hummingbird hands over with a request: the connection, so that faults can break it.
struct Connection: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// Answers requests: it finds the address, reads the body and carries out the script's verdict.
struct Responder: HTTPResponder {
    static let largestBody = 128 << 20

    let script: Script
    let connections: Connections
    private var book: CallBook { script.book }

    func respond(to request: Request, context: Connection) async throws -> Response {
        switch (request.method, request.uri.path) {
        case (.post, "/v1/chat/completions"), (.post, "/chat/completions"):
            try await chat(Exchange(request: request, channel: context.channel, call: book.nextCall(), envelope: .openai))
        case (.post, "/api/v1/chat/completions/"):
            try await chat(Exchange(request: request, channel: context.channel, call: book.nextCall(), envelope: .indoxhub))
        case (.post, "/api/v1/chat/completions"): Response(.slashMissing)
        case (.get, "/v1/models"), (.get, "/models"):
            Response(script.isKnown(request.headers[.authorization]) ? Envelope.models : Envelope.openai.reply(.wrongKey, call: 0))
        default: Response(Envelope.openai.reply(.notFound, call: 0))
        }
    }

    private func chat(_ exchange: Exchange) async throws -> Response {
        if script.fault(for: exchange.call) == .resetEarly { return try await reset(exchange, .resetEarly) }
        let parsed = try await read(exchange)
        let verdict = script.verdict(on: parsed, call: exchange.call, authorization: exchange.request.headers[.authorization])
        if verdict.latency > .zero { try await pause(exchange, for: verdict.latency) }
        switch verdict.ending {
        case .refuse(let refusal): return respond(exchange, exchange.envelope.reply(refusal, call: exchange.call))
        case .answer(let answer): return respond(exchange, try reply(exchange, answer, to: parsed))
        case .fault(let fault): return try await play(fault, on: exchange, request: parsed)
        }
    }

    /// - Throws: where the client left before its body was whole; Hummingbird then closes the connection.
    private func read(_ exchange: Exchange) async throws -> Result<ChatRequest, Refusal> {
        let parsed: Result<ChatRequest, Refusal>
        do {
            let body = try await exchange.request.body.collect(upTo: Self.largestBody)
            if let length = exchange.request.headers[.contentLength], Int(length) != body.readableBytes { throw ChannelError.eof }
            parsed = Result { () throws(Refusal) in try ChatRequest(parsing: body.readableBytesView) }
        } catch is NIOTooManyBytesError {
            parsed = .failure(.tooLarge)
        }
        let usable = try? parsed.get()  // Of a refused body there is nothing more to note.
        try book.log?.received(usable, call: exchange.call, path: exchange.request.uri.path, at: CallBook.now)
        return parsed
    }

    private func reply(_ exchange: Exchange, _ answer: Answer, to request: Result<ChatRequest, Refusal>) throws -> Reply {
        exchange.envelope.reply(answer, model: try request.get().model, call: exchange.call, at: CallBook.now)
    }

    private func pause(_ exchange: Exchange, for latency: Duration) async throws {
        do {
            try await connections.wait(latency, on: exchange.channel)
        } catch {
            try note(exchange, status: nil, fault: Self.closed)
            throw error
        }
    }

    /// In the log: the connection ended before the answer was written.
    private static let closed = "closed"

    /// Notes the call as answered when the last byte has been written.
    private func respond(_ exchange: Exchange, _ reply: Reply, fault: Fault.Kind? = nil) -> Response {
        Response(
            reply,
            body: ResponseBody(contentLength: reply.body.count) { writer in
                do {
                    if !reply.body.isEmpty { try await writer.write(ByteBuffer(bytes: reply.body)) }
                    try await writer.finish(nil)
                } catch {
                    try note(exchange, status: nil, fault: Self.closed)
                    throw error
                }
                try note(exchange, status: reply.status, fault: fault?.word)
            })
    }

    private func note(_ exchange: Exchange, status: Int?, fault: String?) throws {
        try book.log?.answered(call: exchange.call, status: status, fault: fault, at: CallBook.now)
    }
}

// MARK: Faults

extension Responder {
    private func play(
        _ fault: Fault.Kind, on exchange: Exchange, request: Result<ChatRequest, Refusal>
    ) async throws -> Response {
        switch fault {
        case .status(let status, let retryAfter):
            let refusal = Refusal.simulated(status: status, retryAfter: retryAfter)
            return respond(exchange, exchange.envelope.reply(refusal, call: exchange.call), fault: fault)
        case .quota: return respond(exchange, exchange.envelope.reply(.quota, call: exchange.call), fault: fault)
        case .empty: return respond(exchange, .empty, fault: fault)
        case .garbage: return respond(exchange, .garbage, fault: fault)
        case .truncated: return truncate(exchange, try reply(exchange, Answer(to: try request.get()), to: request))
        case .reset, .resetEarly: return try await reset(exchange, fault)
        case .hang: return try await hang(exchange)
        }
    }

    /// What is returned after the connection was broken: nobody receives it.
    private static let nothing = Response(status: .internalServerError)

    /// Discards what is unsent and tells the client so: TCP's RST instead of FIN.
    private func reset(_ exchange: Exchange, _ fault: Fault.Kind) async throws -> Response {
        try note(exchange, status: nil, fault: fault.word)
        guard let socket = exchange.channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
        try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await exchange.close()
        return Self.nothing
    }

    private func hang(_ exchange: Exchange) async throws -> Response {
        try await exchange.channel.closeFuture.get()
        try note(exchange, status: nil, fault: Fault.Kind.hang.word)
        return Self.nothing
    }

    private func truncate(_ exchange: Exchange, _ reply: Reply) -> Response {
        Response(
            reply,
            body: ResponseBody(contentLength: reply.body.count) { writer in
                try await writer.write(ByteBuffer(bytes: reply.body.prefix(reply.body.count / 2)))
                try await exchange.close()
                try note(exchange, status: reply.status, fault: Fault.Kind.truncated.word)
            })
    }
}

/// One call under way.
private struct Exchange {
    let request: Request
    let channel: any Channel
    let call: Int
    let envelope: Envelope

    func close() async throws {
        do {
            try await channel.close()
        } catch ChannelError.alreadyClosed {
            // The client was faster.
        }
    }
}

extension Response {
    fileprivate init(_ reply: Reply) { self.init(reply, body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))) }

    fileprivate init(_ reply: Reply, body: ResponseBody) {
        var headers: HTTPFields = [.contentType: reply.contentType]
        if let seconds = reply.retryAfter { headers[.retryAfter] = Int(exactly: seconds).map(String.init) ?? String(seconds) }
        self.init(status: HTTPResponse.Status(code: reply.status), headers: headers, body: body)
    }
}
