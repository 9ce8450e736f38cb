import CutlineCore

/// Tells what adding would come to, chunk by chunk, and writes nothing.
package struct AddRehearsal {
    /// Fingerprints of this input that no job of the batch has yet.
    private var newJobs: Set<Fingerprint> = []
    package private(set) var added = Added()
    /// Queued jobs that would not be sent any more.
    package private(set) var withdrawn = 0
    /// Jobs of the input that wait in the queue already.
    private var waiting: Set<Fingerprint> = []
    /// Jobs that a run would send if they did not take a caption over: those that would be new, and those that wait.
    package private(set) var spared = (new: 0, waiting: 0)
    /// Likewise jobs that it would not send because a picture is damaged.
    package private(set) var damaged = (new: 0, waiting: 0)
    private let sendsDamaged: Bool
    private var captions: CaptionSearch?
    /// Jobs that took a caption over, of this input.
    private var reused: Set<Fingerprint> = []
    /// Cancelled jobs that would be queued again, because their picture is back.
    private var returning: Set<Fingerprint> = []
    /// Jobs that would get another name.
    private var renamed: Set<Fingerprint> = []
    package private(set) var departures = Departures()

    /// - Parameters:
    ///   - captions: what other batches have; nil where nobody asks.
    ///   - sendsDamaged: whether pictures are sent that cannot be decoded whole.
    package init(captions: CaptionSearch? = nil, sendsDamaged: Bool = true) {
        (self.captions, self.sendsDamaged) = (captions, sendsDamaged)
    }

    package var requeued: Int { returning.count }

    /// What other batches have of this input.
    package var elsewhere: CaptionsElsewhere { captions?.found ?? CaptionsElsewhere() }

    /// - Parameters:
    ///   - batch: nil where it would be made.
    ///   - reader: nil where the queue would be made.
    /// - Throws: `QueueError.keyTaken`, as adding would.
    /// - Returns: the drafts whose jobs a run would send: new ones, and those that wait in the queue; each job once.
    @discardableResult
    package mutating func add(_ drafts: [JobDraft], to batch: BatchID?, of reader: QueueReader?) throws -> [JobDraft] {
        guard let reader else { return drafts.filter { count($0, hasJob: false) && !isRefused($0, isNew: true) } }
        return try reader.read { db in
            let step = batch.map { AddStep(db: db, batch: $0, now: Timestamp(milliseconds: 0)) }
            return try drafts.filter { draft in
                let isSent = try step.map { try add(draft, $0) } ?? count(draft, hasJob: false)
                let isReused = try takesOver(draft, step, db)
                guard isSent else { return false }
                guard isReused else { return try !isRefused(draft, isNew: step?.state(draft.fingerprint) == nil) }
                if try step?.state(draft.fingerprint) == nil { spared.new += 1 } else { spared.waiting += 1 }
                return false
            }
        }
    }

    private mutating func isRefused(_ draft: JobDraft, isNew: Bool) -> Bool {
        guard !sendsDamaged, draft.images.contains(where: { $0.damage != nil }) else { return false }
        if isNew { damaged.new += 1 } else { damaged.waiting += 1 }
        return true
    }

    /// Whether the draft's job has a caption of another batch, or would have it.
    private mutating func takesOver(_ draft: JobDraft, _ step: AddStep?, _ db: any Session) throws -> Bool {
        let known = try captions?.caption(for: draft, state: { try step?.state(draft.fingerprint) }, db)
        guard known != nil, captions?.use == .takeOver else { return false }
        if reused.insert(draft.fingerprint).inserted { added.reused += 1 }
        return true
    }

    /// Jobs that wait in the queue and are not of this input; a run sends them, too.
    package func waitingElsewhere(queued: Int) -> Int { max(0, queued - withdrawn - waiting.count) }

    /// Whether a run would send the draft's job, and no draft before it was of the same.
    private mutating func add(_ draft: JobDraft, _ step: AddStep) throws -> Bool {
        let state = try step.state(draft.fingerprint)
        guard let entry = try step.entry(draft.key) else {
            let isNew = count(draft, hasJob: state != nil)
            if !isNew { renamed.insert(draft.fingerprint) }
            return try isNew || waits(draft, state, step)
        }
        if let objection = try step.objection(to: draft, replacing: entry) { throw objection }
        guard entry.fingerprint != draft.fingerprint else {
            if entry.isMissing { added.returned += 1 } else { added.known += 1 }
            return try waits(draft, state, step)
        }
        added.edited += 1
        try withdraw(step.stateIfOnlyNamed(by: entry))
        guard state == nil, newJobs.insert(draft.fingerprint).inserted else { return try waits(draft, state, step) }
        added.new += 1
        return true
    }

    private mutating func waits(_ draft: JobDraft, _ state: JobState?, _ step: AddStep) throws -> Bool {
        if state == .queued { return waiting.insert(draft.fingerprint).inserted }
        guard state == .cancelled, try step.wouldRequeue(draft.fingerprint) else { return false }
        return returning.insert(draft.fingerprint).inserted
    }

    /// Plays what adding would find of entries that this input does not name.
    package mutating func depart(_ search: DepartureSearch, of reader: QueueReader) throws {
        defer { added.count(departures) }
        var cursor = KeyCursor()
        while let page = try reader.read({ try search.page(after: &cursor, $0) }) {
            let looks = page.map { ($0, search.look($0.path)) }
            try reader.read { db in
                for (entry, presence) in looks {
                    try depart(entry, presence, AddStep(db: db, batch: search.batch, now: Timestamp(milliseconds: 0)))
                }
            }
        }
    }

    private mutating func depart(_ unmet: UnmetEntry, _ presence: FilePresence, _ step: AddStep) throws {
        guard presence != .there, presence != .unclear, let entry = try step.entry(unmet.key) else { return }
        if renamed.contains(entry.fingerprint) { return departures.rename(unmet.key, to: nil) }
        if case .belowEmptyFolder(let folder) = presence { return departures.keep(below: folder) }
        departures.miss(unmet.key, isNew: !unmet.isMissing)
        if !unmet.isMissing, try step.stateIfOnlyNamed(by: entry) == .queued { withdrawn += 1 }
    }

    private mutating func withdraw(_ state: JobState?) {
        switch state {
        case .queued:
            withdrawn += 1
            added.cancelled += 1
        case .failed, .held: added.cancelled += 1
        case .running, .succeeded, .cancelled, nil: break
        }
    }

    /// Whether it is a new job.
    private mutating func count(_ draft: JobDraft, hasJob: Bool) -> Bool {
        guard !hasJob, newJobs.insert(draft.fingerprint).inserted else {
            added.copies += 1
            return false
        }
        added.new += 1
        return true
    }
}
