import CutlineQueue

/// What `work` leaves alone.
enum TrialNote {
    /// Empty where no trial has jobs left.
    static func line(_ statuses: [BatchStatus], queue: [String]) -> String {
        let waiting = statuses.filter { $0.isTrial && $0.remaining > 0 }
        guard let first = waiting.first else { return "" }
        let jobs = Words.count(waiting.map(\.remaining).reduce(0, +), "job")
        let command = RetryCommand(batch: first.name, queue: queue).words("work")
        return "left alone: \(jobs) of trials that `cutline compare` made; \(command) takes one up\n"
    }
}
