import AsyncHTTPClient
import CutlineCore
import NIOCore
import Synchronization

/// What came back for a request.
enum Received: Sendable {
    case answer(Answer)
    /// An event stream, to its end or to where it broke off; the answer holds its status and headers.
    case events(EventStreamReader, Answer)
    /// More than an answer may have.
    case tooMuch
    /// Compressed in a way that cannot be read, or damaged; the answer holds its status and headers.
    case unpackable(UnpackingError, Answer)
}

extension Received {
    /// Reads an answer to its end.
    init(_ response: HTTPClientResponse, _ leash: StreamLeash) async throws {
        let head = Answer(status: Int(response.status.code), headers: response.headers, body: [])
        let unpacker: Unpacker
        do throws(UnpackingError) {
            unpacker = try Unpacker(head.headers["content-encoding"], most: ProviderClient.maxAnswerBytes)
        } catch {
            self = .unpackable(error, head)
            return
        }
        self =
            head.isEventStream
            ? try await .events(response.body, head, unpacker, leash) : try await .whole(response.body, head, unpacker)
    }

    private static func whole(_ pieces: HTTPClientResponse.Body, _ head: Answer, _ unpacker: Unpacker) async throws -> Received {
        var (answer, unpacker) = (head, unpacker)
        do {
            for try await piece in pieces {
                guard answer.body.count + piece.readableBytes <= ProviderClient.maxAnswerBytes else { return .tooMuch }
                if unpacker.isIdle {
                    answer.body.append(contentsOf: piece.readableBytesView)
                } else {
                    answer.body += try unpacker.append(piece.readableBytesView)
                }
            }
            try unpacker.finish()
        } catch UnpackingError.tooMuch {
            return .tooMuch
        } catch let error as UnpackingError {
            return .unpackable(error, head)
        }
        return .answer(answer)
    }

    private static func events(_ pieces: HTTPClientResponse.Body, _ head: Answer, _ unpacker: Unpacker, _ leash: StreamLeash) async throws
        -> Received
    {
        var (events, unpacker) = (EventStreamReader(), unpacker)
        do {
            for try await piece in pieces {
                if unpacker.isIdle {
                    events.append(piece.readableBytesView)
                } else {
                    events.append(try unpacker.append(piece.readableBytesView))
                }
                if events.hasEnded || events.isTooLong { break }
                if events.hasFinished { leash.tighten() }
            }
        } catch let error as UnpackingError where !events.isComplete {
            return .unpackable(error, head)
        } catch {
            // A whole answer is one, however its connection ended.
            guard events.isComplete else { throw error }
        }
        return .events(events, head)
    }
}

/// Ends a stream that has brought its finish reason, whatever the server does with the connection.
final class StreamLeash: Sendable {
    /// For the numbers that come behind the finish reason.
    static let grace = Duration.seconds(2)

    private struct State {
        var task: Task<Received, any Error>?
        var alarm: Scheduled<Void>?
        var isReleased = false
    }

    private let state = Mutex(State())
    private let eventLoop: any EventLoop
    private let grace: Duration

    init(_ eventLoop: any EventLoop, grace: Duration) { (self.eventLoop, self.grace) = (eventLoop, grace) }

    /// The task that reads the stream; it is cancelled when time is up.
    func hold(_ task: Task<Received, any Error>) { state.withLock { $0.task = task } }

    /// The model has stopped. Only the first time counts.
    func tighten() {
        state.withLock { state in
            guard state.alarm == nil, !state.isReleased else { return }
            state.alarm = eventLoop.scheduleTask(in: .nanoseconds(grace.nanoseconds)) { self.state.withLock { $0.task }?.cancel() }
        }
    }

    func release() {
        state.withLock { state in
            state.alarm?.cancel()
            (state.task, state.alarm, state.isReleased) = (nil, nil, true)
        }
    }
}

extension ProviderClient {
    /// What a complete answer comes to.
    func outcome(of received: Received, to call: Call) -> Outcome { read(received, to: call).naming(call.address) }

    private func read(_ received: Received, to call: Call) -> Outcome {
        let reader = AnswerReader(
            now: now(), sentAddresses: call.sendsAddresses, key: call.key, sentParameters: call.body.sentParameters,
            quirks: call.request.quirks, schema: schemas.schema(of: call.request), tier: call.request.tier)
        switch received {
        case .answer(let answer):
            let outcome = leading(to: call.nextChatPath, announcing(reader.outcome(of: answer), answer), answer, call)
            return call.route.blaming(outcome, for: answer, host: Call.host(of: call.profile))
        case .events(let events, let head):
            return announcing(reader.outcome(of: events, status: head.status, headers: head.headers), head)
        case .tooMuch: return .failure(Failure(.malformedAnswer, "the answer is larger than 64 MB", billed: .unknown))
        case .unpackable(let error, let head): return announcing(reader.outcome(of: head, unpackable: error), head)
        }
    }

    /// Beside whatever came, the headers say what the limits leave.
    private func announcing(_ outcome: Outcome, _ answer: Answer) -> Outcome {
        var outcome = outcome
        outcome.announced = RetryHints(now: now(), headers: answer.headers).announced(answer.headers)
        return outcome
    }

    /// Where nobody is at the path, another one may be right.
    private func leading(to path: String?, _ outcome: Outcome, _ answer: Answer, _ call: Call) -> Outcome {
        guard case .failure(var failure) = outcome, let path, AnswerReader.saysWrongPath(answer) else { return outcome }
        failure.message = "no answer for captions at \(call.address.withoutQuery) (HTTP \(answer.status)); the next call goes to \(path)"
        failure.remedy = .chatPath(path)
        return .failure(failure)
    }
}

extension Answer {
    fileprivate var isEventStream: Bool {
        headers.first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") == true
    }
}

extension Outcome {
    /// The same, with the address in the message where nobody was found there.
    func naming(_ address: String) -> Outcome {
        guard case .failure(let failure) = self else { return self }
        return .failure(failure.naming(address))
    }
}

extension Failure {
    func naming(_ address: String) -> Failure {
        let shown = address.withoutQuery
        guard kind == .wrongEndpoint, !message.contains(shown) else { return self }
        var named = self
        let called = " (called: \(shown))"
        named.message = String(message.prefix(max(0, 500 - called.count))) + called
        return named
    }
}

extension String {
    /// An address as it may be shown.
    fileprivate var withoutQuery: String { String(prefix { $0 != "?" && $0 != "#" }) }
}
