import NIOCore
import Synchronization

/// The sockets of one server, so that stopping can close them.
///
/// The server's task is never cancelled: Hummingbird would drop a connection that is accepted and not yet served, and NIO ends
/// the process when that happens. The sockets are closed instead, and the server then returns by itself.
package final class Connections: Sendable {
    private struct State {
        var listener: (any Channel)?
        var open: [ObjectIdentifier: any Channel] = [:]
        /// Answers that are held back, one for a connection.
        var waits: [ObjectIdentifier: EventLoopPromise<Void>] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    package init() {}

    package var isClosed: Bool { state.withLock { $0.isClosed } }

    func listen(_ listener: any Channel) {
        let isClosed = state.withLock {
            if !$0.isClosed { $0.listener = listener }
            return $0.isClosed
        }
        if isClosed { close(listener) }
    }

    func add(_ channel: any Channel) {
        state.withLock { $0.open[ObjectIdentifier(channel)] = channel }
        channel.closeFuture.whenComplete { _ in
            let wait = self.state.withLock {
                $0.open.removeValue(forKey: ObjectIdentifier(channel))
                return $0.waits.removeValue(forKey: ObjectIdentifier(channel))
            }
            wait?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    /// Lets an answer wait.
    ///
    /// - Throws: `ChannelError` as soon as its connection is closed, by the client or by stopping.
    package func wait(_ time: Duration, on channel: any Channel) async throws {
        let end = channel.eventLoop.makePromise(of: Void.self)
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(time)) { end.succeed() }
        let isOpen = state.withLock {
            guard $0.open[ObjectIdentifier(channel)] != nil else { return false }
            $0.waits[ObjectIdentifier(channel)] = end
            return true
        }
        if !isOpen { end.fail(ChannelError.ioOnClosedChannel) }
        defer {
            timer.cancel()
            state.withLock { _ = $0.waits.removeValue(forKey: ObjectIdentifier(channel)) }
        }
        try await end.futureResult.get()
    }

    /// Closes the listener, then every connection, and returns before that is done.
    package func close() {
        let listener = state.withLock {
            $0.isClosed = true
            return $0.listener.take()
        }
        if let listener { close(listener) }
    }

    /// A connection that was accepted needs two turns of the event loop until it has been handed to the server.
    private func close(_ listener: any Channel) {
        let loop = listener.eventLoop
        listener.setOption(ChannelOptions.autoRead, value: false).flatMap { loop.submit {} }.flatMap { loop.submit {} }
            .whenComplete { _ in
                listener.close(promise: nil)
                let open = self.state.withLock { $0.open.values }
                for channel in open { channel.close(promise: nil) }
            }
    }
}

/// Enters a connection into the list when it is set up.
final class ConnectionEntry: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let connections: Connections

    init(_ connections: Connections) { self.connections = connections }

    /// A client that closes its side has left: without this, a call that hangs would not notice.
    func handlerAdded(context: ChannelHandlerContext) {
        connections.add(context.channel)
        do {
            try context.channel.syncOptions?.setOption(ChannelOptions.allowRemoteHalfClosure, value: false)
        } catch {
            context.close(promise: nil)
        }
    }
}
