import CutlineCore
import CutlineInput
import CutlineProvider
import CutlineQueue
import SystemPackage

/// What `run` and `add` share: the input is read and checked whole, then hashed and added in chunks.
struct Adding {
    private let plan: InputPlan
    private let settings: BatchSettings
    private let policy: RetryPolicy
    private let limits: Limits
    private let queuePath: FilePath
    private let environment: Environment

    private static let chunk = 500

    /// Reads the input and settles what the batch is. Nothing is written.
    init(inputs: [String], caption: CaptionOptions, policy: PolicyOptions, queue: QueueOptions, in environment: Environment) throws {
        plan = try InputPlan.read(inputs, from: environment.folder)
        queuePath = queue.path(in: environment)
        let name = caption.batch ?? plan.batchName
        let choice = BatchChoice(
            flags: caption, jobFile: plan.jobFile, stored: try Self.stored(name, at: queuePath), environment: environment)
        settings = try choice.settings(named: name, catalogue: UserProfiles.catalogue(besideQueue: queuePath, in: environment))
        limits = policy.limits.over(plan.jobFile?.limits ?? Limits()).over(settings.profile.limits)
        self.policy = RetryPolicy(maxAttempts: policy.maxAttempts ?? 5, onUnknown: policy.onUnknown ?? .retry(times: nil))
        self.environment = environment
    }

    var profile: Profile { settings.profile }

    /// Adds what is new and says what came of it.
    func add(isQuiet: Bool) throws -> (queue: Queue, batch: BatchID) {
        let queue = try Queue(at: queuePath, now: environment.now())
        let batch = try queue.openBatch(settings, policy: policy, limits: limits, now: environment.now())
        let draft = { try Drafter.draft($0, settings: settings, knownDigest: queue.knownDigest) }
        try refuseTakenKeys(draft, queue, batch)
        var added = Added()
        var start = plan.items.startIndex
        while start < plan.items.endIndex {
            let end = min(start + Self.chunk, plan.items.endIndex)
            let drafts = try plan.items[start..<end].map(draft)
            added = try added + queue.add(drafts, to: batch, now: environment.now())
            start = end
        }
        if !isQuiet {
            if let skipped = plan.skipped.description { environment.error.say("\(skipped)\n") }
            environment.error.say(AddedText.line(added, batch: settings.name))
        }
        return (queue, batch)
    }

    /// A default key that belongs to another file is found before anything is added.
    private func refuseTakenKeys(_ draft: (InputItem) throws -> JobDraft, _ queue: Queue, _ batch: BatchID) throws {
        for item in plan.items where !item.hasOwnKey {
            guard let given = item.filePath, let stored = try queue.path(ofDefaultKey: item.key, in: batch), stored.bytes != given.bytes
            else { continue }
            if let objection = try queue.objection(to: draft(item), in: batch) { throw objection }
        }
    }

    private static func stored(_ name: String, at path: FilePath) throws -> BatchSettings? {
        do { return try QueueReader(at: path).batch(named: name).settings } catch QueueError.noSuchQueue, QueueError.noSuchBatch {
            return nil
        }
    }
}

extension InputItem {
    /// The file of its only picture.
    fileprivate var filePath: FilePath? {
        guard images.count == 1, case .file(let file) = images[0].source else { return nil }
        return file.path
    }
}
