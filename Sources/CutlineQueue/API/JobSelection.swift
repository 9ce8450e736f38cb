import CutlineCore

/// Which jobs a verb is about. What is nil does not restrict it.
package struct JobSelection: Hashable, Sendable {
    package var batch: BatchID?
    /// Of the job's last attempt that failed.
    package var failure: FailureClass?
    /// Named one by one.
    package var jobs: Set<JobID>?
    /// Of the job's accepted caption: jobs that have none such are not meant.
    package var flags: FlagSelection?

    package init(batch: BatchID? = nil, failure: FailureClass? = nil, jobs: Set<JobID>? = nil, flags: FlagSelection? = nil) {
        self.batch = batch
        self.failure = failure
        self.jobs = jobs
        self.flags = flags
    }
}

extension JobSelection {
    /// What costs money is done to a trial only where a person names it, or its jobs.
    package func means(_ batch: BatchID, isTrial: Bool) -> Bool {
        self.batch.map { $0 == batch } ?? (!isTrial || jobs != nil)
    }
}
