/// What an engine found out about where it keeps the queue.
package struct StoreFinding: Hashable, Sendable {
    package enum Level: Hashable, Sendable {
        case fine, warning
        /// The queue is not as it must be, or may lose what was paid for.
        case damage
    }

    package let level: Level
    /// What was looked at.
    package let check: String
    /// What is so, and what to do about it.
    package let message: String

    package init(_ level: Level, _ check: String, _ message: String) { (self.level, self.check, self.message) = (level, check, message) }
}
