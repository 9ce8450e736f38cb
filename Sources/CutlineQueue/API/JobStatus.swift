import CutlineCore

/// A job as `show` shows it.
package struct JobStatus: Hashable, Sendable {
    package var job: JobID
    package var record: Record
    /// Whether it is asked for another caption than the one it has.
    package var isReopened: Bool
    package var priority: Priority
    package var availableAt: Timestamp?
    /// Since when the entry's picture is missing; nil: it is there, as far as is known.
    package var missingSince: Timestamp?
    package var attempts: [AttemptStatus]
}
