/// Refusals for one and the same reason in a row, with no answer between them: whose fault are they, the jobs', the model's or the key's?
///
/// A fault is a job's until another job shows that it is not. So before anything is paused the next call is one of another job:
///
/// | refused | the first time | then, where the model was answered before | where that is refused alike |
/// |---|---|---|---|
/// | the key or its money | at once a pause; after answers a look | in 3 s, in a minute | pause of the lane |
/// | address, model, account | a look at another job | in 3 s, in a minute | pause of the model |
/// | the request, five jobs alike | a look at another job | | pause of the model; the five go back to the queue |
///
/// Where no other job is left to look at, one that was refused alone is at fault itself, if others were answered before.
struct RefusalStreak: Codable, Hashable, Sendable {
    enum Judgement: Equatable {
        /// More refusals are needed, or this one belongs to an event that was judged already.
        case none
        case look(until: Timestamp)
        case pause
        /// The only job that was refused is at fault.
        case job
    }

    let kind: FailureClass
    private let sentence: String
    /// Those that were refused alike, each once, the first ones.
    private(set) var jobs: [JobID] = []
    private var count = 0
    private(set) var look: Look?
    /// Waits of the looks that are left; nil before the first one.
    private var looksLeft: [Duration]?

    /// So many jobs refused alike would be the first of a whole batch's.
    static let limit = 5
    private static let waits = [Duration.seconds(3), .seconds(60)]

    init(_ failure: Failure) {
        kind = failure.kind
        sentence = Self.skeleton(failure.message)
    }

    func matches(_ failure: Failure) -> Bool { kind == failure.kind && sentence == Self.skeleton(failure.message) }

    /// - Parameter isProven: whether the model was answered since a person started a worker: with this key, at this address.
    mutating func refused(_ evidence: JobEvidence, startedAt: Timestamp, isProven: Bool, at now: Timestamp) -> Judgement {
        // In a row of refused pictures one and the same picture counts once.
        if let job = evidence.job, !jobs.contains(job), jobs.count < Self.limit { jobs.append(job) }
        count = min(count + 1, Self.limit)
        // What was under way at the same time is one event; a second job shows as much as a look would.
        if let look, startedAt < look.since { return kind.concerns == .model && !isProven && jobs.count > 1 ? .pause : .none }
        guard kind.concerns != .request || count >= Self.limit else { return .none }
        var left = looksLeft ?? looks(evidence, isProven: isProven)
        guard !left.isEmpty else { return isProven && isOneJobs(evidence) ? .job : .pause }
        let next = Look(after: left.removeFirst(), at: now)
        (look, looksLeft) = (next, left)
        return .look(until: next.opensAt)
    }

    private func looks(_ evidence: JobEvidence, isProven: Bool) -> [Duration] {
        let another = evidence.othersWait ? [Duration.zero] : []
        return switch kind.concerns {
        case .key: isProven ? Self.waits : []
        case .model: another + (isProven ? Self.waits : [])
        case .request: another
        case .job: []
        }
    }

    /// Whether pictures explain it, for no second job was refused for it.
    private func isOneJobs(_ evidence: JobEvidence) -> Bool {
        switch kind.concerns {
        case .key: false
        case .model: jobs.count == 1
        case .request: !evidence.othersWait && looksLeft == nil
        case .job: true
        }
    }

    mutating func callStarted() { look?.started() }
    mutating func callEnded(startedAt: Timestamp) { _ = look?.ended(startedAt: startedAt) }
    mutating func forget() { look?.forget() }

    /// The sentence without what differs from call to call: numbers, identifiers, addresses.
    private static func skeleton(_ message: String) -> String {
        message.split { " ()[]{}<>,;\"'`".contains($0) }.filter { word in word.allSatisfy { $0.isLetter || ".:!?-_".contains($0) } }
            .joined(separator: " ").lowercased()
    }
}

/// What the queue knows of the job of a failed call: by it a lane judges whose fault the failure is.
package struct JobEvidence: Hashable, Sendable {
    package var job: JobID?
    /// The same happened to the job before, and others of its model were answered since.
    package var othersWereAnswered: Bool
    /// Other jobs of its batch are ready to be sent.
    package var othersWait: Bool

    package init(job: JobID? = nil, othersWereAnswered: Bool = false, othersWait: Bool = false) {
        self.job = job
        self.othersWereAnswered = othersWereAnswered
        self.othersWait = othersWait
    }
}
