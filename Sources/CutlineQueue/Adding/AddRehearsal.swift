import CutlineCore
import GRDB

/// Tells what adding would come to, chunk by chunk, and writes nothing.
package struct AddRehearsal {
    /// Fingerprints of this input that no job of the batch has yet.
    private var newJobs: Set<Fingerprint> = []
    package private(set) var added = Added()
    /// Queued jobs that would not be sent any more.
    package private(set) var withdrawn = 0

    package init() {}

    /// - Parameter batch: nil where the batch, or the queue, would be made.
    /// - Throws: `QueueError.keyTaken`, as adding would.
    package mutating func add(_ drafts: [JobDraft], to batch: (reader: QueueReader, id: BatchID)?) throws {
        guard let batch else {
            for draft in drafts { count(draft, hasJob: false) }
            return
        }
        try batch.reader.read { db in
            let step = AddStep(db: db, batch: batch.id, now: Timestamp(milliseconds: 0))
            for draft in drafts {
                if let entry = try step.entry(draft.key) {
                    if let objection = try step.objection(to: draft, replacing: entry) { throw objection }
                    guard entry.fingerprint != draft.fingerprint else {
                        added.known += 1
                        continue
                    }
                    added.edited += 1
                    try withdraw(step.stateIfOnlyNamed(by: entry))
                    if try !step.hasJob(draft.fingerprint), newJobs.insert(draft.fingerprint).inserted { added.new += 1 }
                } else {
                    count(draft, hasJob: try step.hasJob(draft.fingerprint))
                }
            }
        }
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

    private mutating func count(_ draft: JobDraft, hasJob: Bool) {
        if !hasJob, newJobs.insert(draft.fingerprint).inserted { added.new += 1 } else { added.copies += 1 }
    }
}
