import CutlineCore

/// What a verb did.
package struct JobsMoved: Hashable, Sendable {
    /// Why a verb left a job as it is.
    package enum Obstacle: Hashable, Sendable {
        /// The verb does not apply to it; reported for jobs that were named one by one.
        case state(JobState)
        /// Its entry moved to another picture, or its picture is missing: nobody would see its caption.
        case nameless
        /// A call for it is still open: it would be paid twice.
        case callOpen
        /// It is of a trial, which is asked again only where it is named.
        case trial
    }

    /// By the state they were in.
    package var moved: [JobState: Int] = [:]
    package var left: [Obstacle: Int] = [:]

    package init() {}

    package var count: Int { moved.values.reduce(0, +) }
}
