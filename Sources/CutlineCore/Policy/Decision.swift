/// What becomes of a job after a failure.
package enum Decision: Equatable, Sendable {
    /// Counted; back in the queue after a while.
    case retry(after: Duration)
    /// Counted; asked once more, changed, behind the jobs that wait.
    case askAgain(AskingAgain)
    /// Not counted; back in the queue at once. The lane decides when it may be claimed.
    case release
    /// Not counted; behind the jobs that wait, and not before a while.
    case postpone(Duration)
    case hold
    case fail
}
