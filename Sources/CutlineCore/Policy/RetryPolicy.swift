/// How often and how long a job may be tried. It may change at each run.
package struct RetryPolicy: Codable, Hashable, Sendable {
    /// Counted calls: refusals and calls that were never sent are free, unknown ones have their own rule.
    package var maxAttempts: Int
    package var onUnknown: OnUnknown
    /// Whether pictures are sent that cannot be decoded whole.
    package var sendsDamaged: Bool
    /// Nil: jobs are asked at the standard tier.
    package var flex: FlexTerms?

    package init(
        maxAttempts: Int = 5, onUnknown: OnUnknown = .retry(times: nil), sendsDamaged: Bool = false, flex: FlexTerms? = nil
    ) {
        self.maxAttempts = maxAttempts
        self.onUnknown = onUnknown
        self.sendsDamaged = sendsDamaged
        self.flex = flex
    }
}

extension RetryPolicy {
    /// What becomes of a job after `failure`. `jitter` is in 0…1.
    package func decision(after failure: Failure, tally: JobTally, jitter: Double) -> Decision {
        // Refused for its form, which the next call changes.
        if failure.remedy != nil { return .release }
        // The lane waits for a person; the job waits with it.
        if failure.stopsLane == true { return .release }
        if failure.isDud { return answer(toDud: failure, tally) }
        switch (failure.kind.scope, failure.isWorthRepeating) {
        case (.lane, _), (.ours, _): return .release
        case (.job, true): return repetition(after: failure, tally: tally, jitter: jitter)
        case (.job, _), (.pace, false), (.transient, false): return .fail
        case (.pace, _): return .release
        // Nothing was sent, or the provider says when to come again: the lane waits, the job is not charged.
        case (.transient, _) where failure.kind == .unreachable || (failure.kind == .overloaded && failure.retryAfter != nil):
            return .release
        case (.transient, _): return repetition(after: failure, tally: tally, jitter: jitter)
        }
    }

    /// A dud is asked for once more at most, with a changed request. If the picture is the cause, as where the model declines, the job is not
    /// asked again.
    private func answer(toDud dud: Failure, _ tally: JobTally) -> Decision {
        let mayBeOtherwise = dud.kind.scope == .transient || dud.kind == .schemaMismatch
        guard mayBeOtherwise, tally.askedAgain == 0, tally.failures < maxAttempts, dud.isWorthRepeating != false else { return .fail }
        return .askAgain(AskingAgain(after: dud))
    }

    private func repetition(after failure: Failure, tally: JobTally, jitter: Double) -> Decision {
        guard tally.failures < maxAttempts else { return .fail }
        return .retry(after: max(backoff(failures: tally.failures, jitter: jitter), failure.retryAfter ?? .zero))
    }

    /// What becomes of a job whose call went unanswered; `crashed` where our own worker died.
    package func decision(afterUnknown tally: JobTally, crashed: Bool, jitter: Double) -> Decision {
        guard case .retry(let times) = onUnknown else { return .hold }
        let repeats = times ?? (crashed ? 5 : 1)
        let seen = times != nil ? tally.unanswered + tally.crashes : (crashed ? tally.crashes : tally.unanswered)
        guard seen <= repeats else { return .hold }
        return crashed ? .retry(after: .zero) : .retry(after: backoff(failures: tally.unanswered, jitter: jitter))
    }

    /// How long a job waits whose picture changed after it was added: the file may be in the middle of changing.
    package static let waitAfterChange = Duration.seconds(5)

    /// Whether pictures on the web are fetched here and sent as bytes, after the provider could not fetch them `refusals` times. Once may be
    /// bad luck; after the second time they are, and sooner where no more attempts are left.
    package func fetchesPictures(afterRefusals refusals: Int) -> Bool { refusals >= max(1, min(2, maxAttempts - 1)) }

    /// Between 1 s and three times the longest previous wait, 60 s at most (decorrelated jitter; AWS Architecture Blog,
    /// "Exponential Backoff And Jitter"). The previous wait is taken at its longest, so that nothing need be stored.
    func backoff(failures: Int, jitter: Double) -> Duration {
        let longest = (1..<max(1, min(failures, 10))).reduce(3.0) { wait, _ in min(60, wait * 3) }
        return .milliseconds(Int64((1 + (longest - 1) * jitter) * 1_000))
    }
}
