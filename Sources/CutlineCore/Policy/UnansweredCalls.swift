/// The calls of a batch that were taken and not answered, against all of its calls. Each may have been paid for.
package struct UnansweredCalls: Hashable, Sendable {
    package let unanswered: Int
    package let calls: Int

    /// - Parameters: of the batch, without those that a person knew of who lifted a pause.
    package init(unanswered: Int, of calls: Int) { (self.unanswered, self.calls) = (unanswered, calls) }

    /// More than 20 calls and more than 1 % of all: the provider's lane stands still until a person has looked. Nil: it goes on.
    package func pause(after failure: Failure) -> Pause? {
        guard unanswered > max(20, calls / 100) else { return nil }
        let message = "\(unanswered) of \(calls) calls were taken and not answered; the last: \(failure.message)"
        return Pause(kind: failure.kind, message: message)
    }
}
