/// What a job has been through, the attempt being decided included.
package struct JobTally: Hashable, Sendable {
    package var failures: Int
    /// Calls the provider took and did not answer.
    package var unanswered: Int
    /// Calls that were open when their worker died.
    package var crashes: Int
    /// How often it was asked again, changed, because of what came.
    package var askedAgain: Int

    package init(failures: Int = 0, unanswered: Int = 0, crashes: Int = 0, askedAgain: Int = 0) {
        self.failures = failures
        self.unanswered = unanswered
        self.crashes = crashes
        self.askedAgain = askedAgain
    }
}
