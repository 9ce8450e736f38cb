import CutlineCore
import CutlineServing
import Hummingbird
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Answers requests: it finds the address, reads the body and carries out the script's verdict.
struct Responder: HTTPResponder {
    static let largestBody = 128 << 20

    let script: Script
    let connections: Connections
    let keys: KeyCheck
    let routes: Routes
    private var book: CallBook { script.book }

    init(_ options: SimulatorOptions, _ book: CallBook, _ connections: Connections) {
        script = Script(options: options, book: book)
        self.connections = connections
        keys = KeyCheck(options)
        routes = Routes(options.dialect)
    }

    func respond(to request: Request, context: Connection) async throws -> Response {
        let (isPost, isGet) = (request.method == .post, request.method == .get)
        switch routes.place(request.uri.path) {
        case .chat(let wire) where isPost:
            return try await chat(Exchange(request: request, channel: context.channel, arrival: book.nextCall(), wire: wire))
        case .slashMissing where isPost: return Response(.slashMissing)
        case .exchange where isPost: return Response(exchange(request.headers))
        case .models(let list) where isGet: return Response(models(list, request.headers))
        case .chat, .models, .slashMissing, .exchange, .nothing: break
        }
        if isGet, let picture = ServedPictures.reply(to: request.uri.path) { return Response(picture) }
        return Response(refuse(script.options.dialect.answersEverywhere ? .notFound : ScriptedRefusal(name: .wrongPath)))
    }

    private func models(_ list: String, _ headers: HTTPFields) -> Reply {
        guard routes.wire.listIsPublic || keys.isKnown(headers) else { return refuse(.wrongKey) }
        return Reply(status: 200, body: Array(list.utf8))
    }

    private func exchange(_ headers: HTTPFields) -> Reply {
        guard let token = keys.token(for: headers) else { return refuse(.wrongKey) }
        let seconds = script.options.tokenLifetime / .seconds(1)
        var reply = Reply(
            status: 200, body: Array(#"{"access_token":"\#(token)","token_type":"bearer","expires_in":\#(Int(seconds.rounded(.up)))}"#.utf8)
        )
        reply.headers = [("Set-Cookie", "session=simulated; HttpOnly; Path=/")]
        return reply
    }

    /// A refusal of what is no call.
    private func refuse(_ refusal: ScriptedRefusal) -> Reply { routes.wire.reply(refusal, in: Incident(call: 0, time: CallBook.now)) }

    private func chat(_ exchange: Exchange) async throws -> Response {
        if script.resetsEarly(exchange.arrival) { return try await reset(exchange, .resetEarly) }
        let parsed = try await read(exchange)
        let verdict = script.verdict(
            on: parsed, call: exchange.arrival, objection: objection(to: exchange.request.headers, exchange.wire), wire: exchange.wire)
        if verdict.latency > .zero { try await pause(exchange, for: verdict.latency) }
        let readable = try? parsed.get()  // Of a refused body there is nothing more to tell.
        switch verdict.ending {
        case .refuse(let refusal): return respond(exchange, reply(exchange, refusal, to: readable))
        case .answer(let answer):
            guard let readable else { throw ChannelError.eof }
            return respond(exchange, reply(exchange, answer, to: readable), tokens: answer.tokens)
        case .fault(let fault): return try await play(fault, on: exchange, request: readable)
        }
    }

    private func objection(to headers: HTTPFields, _ wire: Wire) -> ScriptedRefusal? {
        guard keys.isKnown(headers) else { return .wrongKey }
        let unwelcome = ["referer", "http-referer", "x-title"].compactMap { HTTPField.Name($0) }
        return wire.refusesReferer && unwelcome.contains { headers[$0] != nil } ? ScriptedRefusal(name: .forbidden) : nil
    }

    /// - Throws: where the client left before its body was whole; Hummingbird then closes the connection.
    private func read(_ exchange: Exchange) async throws -> Result<ChatRequest, ScriptedRefusal> {
        let parsed: Result<ChatRequest, ScriptedRefusal>
        do {
            let body = try await exchange.request.body.collect(upTo: Self.largestBody)
            if let length = exchange.request.headers[.contentLength], Int(length) != body.readableBytes { throw ChannelError.eof }
            let origin = exchange.origin
            parsed = Result { () throws(ScriptedRefusal) in try ChatRequest(parsing: body.readableBytesView, origin: origin) }
        } catch is NIOTooManyBytesError {
            parsed = .failure(.tooLarge)
        }
        let usable = try? parsed.get()  // Of a refused body there is nothing more to note.
        try book.log?.received(usable, exchange.noted(script.options.dialect), call: exchange.call, at: CallBook.now)
        return parsed
    }

    private func reply(_ exchange: Exchange, _ refusal: ScriptedRefusal, to request: ChatRequest?) -> Reply {
        let incident = Incident(
            call: exchange.call, time: CallBook.now, request: request, allowances: book.allowances(exchange.wire, model: request?.model))
        return named(exchange, exchange.wire.reply(refusal, in: incident))
    }

    /// - Parameter allowances: what the headers say of the limits, where that is not what they leave.
    private func reply(
        _ exchange: Exchange, _ answer: ScriptedAnswer, to request: ChatRequest, fault: Fault.Name? = nil,
        leaving allowances: Allowances? = nil
    ) -> Reply {
        let written = WrittenAnswer(
            answer: answer, request: request, call: exchange.call, time: CallBook.now, wire: exchange.wire)
        var reply = request.streams ? Reply(events: EventStream(written: written).pieces(fault)) : whole(written, fault)
        let left = allowances ?? book.allowances(exchange.wire, model: request.model)
        // What a fault says is said, also where the dialect says nothing.
        let form = allowances != nil && exchange.wire.limits == .none ? .openAI : exchange.wire.limits
        reply.headers += left.headers(form, at: CallBook.now, isRefusal: allowances != nil)
        if let name = exchange.wire.costHeader { reply.headers.append((name, written.values["cost"]?.string ?? "")) }
        return named(exchange, reply)
    }

    private func whole(_ written: WrittenAnswer, _ fault: Fault.Name?) -> Reply {
        var body = fault.map { written.body.altered(by: $0) } ?? written.body
        if fault == .duplicateKeys { body.replaceSubrange(0..<1, with: Array("{\(written.wire.answer.doubledMembers)".utf8)) }
        return Reply(status: 200, body: Array(repeating: UInt8(ascii: " "), count: written.wire.leadingSpaces) + body)
    }

    private func named(_ exchange: Exchange, _ reply: Reply) -> Reply {
        var reply = reply
        if let name = exchange.wire.requestID { reply.headers.append((name, WrittenAnswer.requestID(exchange.call))) }
        return reply
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
    private func respond(_ exchange: Exchange, _ reply: Reply, fault: Fault.Kind? = nil, tokens: Int? = nil) -> Response {
        Response(
            reply,
            body: ResponseBody(contentLength: reply.announcedLength) { writer in
                var isWhole = false
                do {
                    for piece in reply.pieces { try await writer.write(ByteBuffer(bytes: piece)) }
                    isWhole = reply.announcedLength != nil
                    try await writer.finish(nil)
                } catch {
                    // Who has all that was announced may close before we do.
                    if !isWhole {
                        try note(exchange, status: nil, fault: Self.closed)
                        throw error
                    }
                }
                try note(exchange, status: reply.status, fault: fault?.word, tokens: tokens)
            })
    }

    private func note(_ exchange: Exchange, status: Int?, fault: String?, tokens: Int? = nil) throws {
        try book.log?.answered(call: exchange.call, status: status, fault: fault, tokens: tokens, at: CallBook.now)
    }
}

// MARK: Faults

extension Responder {
    private func play(_ fault: Fault.Kind, on exchange: Exchange, request: ChatRequest?) async throws -> Response {
        switch fault {
        case .status(let status, let retryAfter):
            return respond(exchange, reply(exchange, .simulated(status: status, retryAfter: retryAfter), to: request), fault: fault)
        case .named(let name, let retryAfter):
            return try await play(name, retryAfter: retryAfter, on: exchange, request: request)
        }
    }

    private func play(
        _ name: Fault.Name, retryAfter: Double?, on exchange: Exchange, request: ChatRequest?
    ) async throws -> Response {
        let fault = Fault.Kind.named(name)
        switch name {
        case .reset, .resetEarly: return try await reset(exchange, name)
        case .hang: return try await hang(exchange)
        case .trickle: return trickle(exchange)
        case .empty: return respond(exchange, .empty, fault: fault)
        case .whitespace: return respond(exchange, .whitespace, fault: fault)
        case .garbage: return respond(exchange, .garbage, fault: fault)
        case .wrongPath where script.options.dialect.exchangesKeys: return respond(exchange, .slashMissing, fault: fault)
        case .errorIn200: return respond(exchange, errorInAnswer(exchange, request), fault: fault)
        case .oversize: return respond(exchange, reply(exchange, .oversize(request), to: request), fault: fault)
        case .failedGeneration: return respond(exchange, .failedGeneration, fault: fault)
        case .filtered, .refusal, .emptyAnswer, .longThinking, .cut, .schemaMismatch, .errorInChoice, .duplicateKeys, .noDone,
            .errorInStream, .truncated,
            .cutStream, .hiddenThinking, .thinkingApart, .usageMissing, .usageNegative, .usageAbsurd, .thinkUnopened, .thinkBrackets,
            .thinkChannels, .thinkingOnly, .boxed, .fencedJSON, .toolAnswer, .gzip, .deflate, .deflateRaw, .unknownEncoding, .gzipBomb,
            .gzipDamaged, .streamLingers, .streamLingersUsage, .nothingLeft, .servedStandard:
            guard let request else {
                return respond(exchange, reply(exchange, .invalidRequest("The body cannot be read."), to: nil), fault: fault)
            }
            let left = name == .nothingLeft ? Allowances(byKind: [.requests: .nothing(for: retryAfter ?? 3)]) : nil
            let answer = reply(exchange, ScriptedAnswer(to: request).spoiled(by: name), to: request, fault: name, leaving: left).packed(
                by: name)
            if name == .streamLingers || name == .streamLingersUsage { return stayOpen(exchange, answer, name) }
            if name == .truncated { return breakOff(exchange, answer, name, announcing: answer.body.count) }
            return name == .cutStream ? breakOff(exchange, answer, name, announcing: nil) : respond(exchange, answer, fault: fault)
        case .unauthorized, .forbidden, .banned, .quota, .dailyQuota, .inFlightBudget, .rateLimited, .overloaded, .serverError,
            .badGateway, .gatewayTimeout, .modelNotFound, .wrongPath, .noVision, .imageUnreachable, .imageRejected, .tooLarge,
            .contextTooLong, .contentFilter, .unsupportedParameter, .invalidRequest, .groq429, .epochRetryAfter, .absurdRetryAfter,
            .unknownModel, .unexpectedEndpoint, .plainOK, .noModelLoaded, .expiredKey, .panorama, .content403, .inspection,
            .flexUnavailable:
            let refusal = ScriptedRefusal(
                name: name, url: request?.pictures.lazy.compactMap(\.url).first,
                param: name == .unsupportedParameter ? request?.droppable : nil,
                retryAfter: retryAfter)
            return respond(exchange, reply(exchange, refusal, to: request), fault: fault)
        }
    }

    private func errorInAnswer(_ exchange: Exchange, _ request: ChatRequest?) -> Reply {
        var error = reply(exchange, ScriptedRefusal(name: .errorIn200), to: request)
        error.status = 200
        guard request?.streams == true else { return error }
        return Reply(events: [Array("data: ".utf8) + error.body + Array("\n\n".utf8)])
    }

    /// What is returned after the connection was broken: nobody receives it.
    private static let nothing = Response(status: .internalServerError)

    /// Discards what is unsent and tells the client so: TCP's RST instead of FIN.
    private func reset(_ exchange: Exchange, _ fault: Fault.Name) async throws -> Response {
        try note(exchange, status: nil, fault: fault.rawValue)
        guard let socket = exchange.channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
        try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await exchange.close()
        return Self.nothing
    }

    private func hang(_ exchange: Exchange) async throws -> Response {
        try await exchange.channel.closeFuture.get()
        try note(exchange, status: nil, fault: Fault.Name.hang.rawValue)
        return Self.nothing
    }

    /// Bytes that keep coming and never become an answer: only a deadline over the whole ends it.
    private func trickle(_ exchange: Exchange) -> Response {
        Response(
            .whitespace,
            body: ResponseBody { writer in
                do {
                    while true {
                        try await writer.write(ByteBuffer(string: " "))
                        try await connections.wait(.milliseconds(50), on: exchange.channel)
                    }
                } catch {
                    try note(exchange, status: nil, fault: Fault.Name.trickle.rawValue)
                    throw error
                }
            })
    }

    /// Sends all and keeps the connection open.
    private func stayOpen(_ exchange: Exchange, _ reply: Reply, _ fault: Fault.Name) -> Response {
        Response(
            reply,
            body: ResponseBody { writer in
                for piece in reply.pieces { try await writer.write(ByteBuffer(bytes: piece)) }
                try await exchange.channel.closeFuture.get()
                try note(exchange, status: reply.status, fault: fault.rawValue)
            })
    }

    /// Sends the first half and closes.
    private func breakOff(_ exchange: Exchange, _ reply: Reply, _ fault: Fault.Name, announcing length: Int?) -> Response {
        Response(
            reply,
            body: ResponseBody(contentLength: length) { writer in
                let half =
                    reply.pieces.count > 1 ? reply.pieces.prefix(reply.pieces.count / 2) : [Array(reply.body.prefix(reply.body.count / 2))]
                for piece in half { try await writer.write(ByteBuffer(bytes: piece)) }
                try await exchange.close()
                try note(exchange, status: reply.status, fault: fault.rawValue)
            })
    }
}

extension Response {
    fileprivate init(_ reply: Reply) { self.init(reply, body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))) }

    fileprivate init(_ reply: Reply, body: ResponseBody) {
        var headers: HTTPFields = [.contentType: reply.contentType]
        for (name, value) in reply.headers {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        self.init(status: HTTPResponse.Status(code: reply.status), headers: headers, body: body)
    }
}
