/// How long this process waits for another one that holds the queue: one that was stopped in the middle of a write holds it for ever.
package struct QueuePatience: Sendable {
    /// After this time `tell` is called, once a wait.
    package var silence: Duration
    /// After this time the wait is given up.
    package var limit: Duration
    package var tell: @Sendable () -> Void

    package init(silence: Duration = .seconds(2), limit: Duration = .seconds(30), tell: @escaping @Sendable () -> Void = {}) {
        (self.silence, self.limit, self.tell) = (silence, limit, tell)
    }
}
