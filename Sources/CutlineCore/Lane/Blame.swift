/// Whose fault a failure is, where its class does not decide.
package enum Blame: Hashable, Sendable {
    /// The job's own: it was refused alike before, and others were answered since, or it is the only one that is.
    case job
    /// Not the job's, as it seems: it waits, behind the others, and is charged nothing.
    case lane
    /// The job asks for more than a limit ever holds. Confirmed: by a call alone in an empty window.
    case excess(isConfirmed: Bool)
}
