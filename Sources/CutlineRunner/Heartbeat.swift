import Dispatch

/// Beats now and then every second, until SIGINT or SIGTERM: what drives a command that shows something again and again.
package final class Heartbeat {
    package let beats: AsyncStream<Void>
    private let timer: any DispatchSourceTimer
    private let signals: StopSignals

    package init() {
        let (beats, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.beats = beats
        timer = DispatchQueue(label: "cutline.heartbeat").repeatingTimer(every: .seconds(1)) { continuation.yield() }
        signals = StopSignals { _ in continuation.finish() }
        continuation.yield()
    }

    deinit { timer.cancel() }
}
