import Dispatch

// Made outside any actor: a handler that inherits an isolation traps when Dispatch calls it.
extension DispatchQueue {
    /// A timer that fires once, from now until it is cancelled.
    nonisolated func timer(after delay: DispatchTimeInterval, _ handler: @escaping @Sendable () -> Void) -> DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: self)
        timer.schedule(deadline: .now() + delay, leeway: .milliseconds(1))
        timer.setEventHandler(handler: handler)
        timer.resume()
        return timer
    }

    nonisolated func repeatingTimer(
        every interval: DispatchTimeInterval, _ handler: @escaping @Sendable () -> Void
    ) -> DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: self)
        timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(10))
        timer.setEventHandler(handler: handler)
        timer.resume()
        return timer
    }
}
