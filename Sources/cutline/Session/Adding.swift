import CutlineCore
import CutlineInput
import CutlineProvider
import CutlineQueue
import SystemPackage

/// What `run` and `add` share: the input is read and checked whole, then hashed and added in chunks.
struct Adding {
    private let input: CheckedInput
    private let isNew: Bool
    private let settings: BatchSettings
    private let policy: RetryPolicy
    private let limits: Limits
    private let queuePath: FilePath
    private let log: LogOptions
    private let environment: Environment

    /// Entries that are read and hashed while others are written.
    private static let chunk = 500
    /// Chunks of one transaction. Many cost least; but what was hashed is kept only at its end, and other workers wait meanwhile.
    private static let (few, many) = (1, 100)

    /// Reads the input and settles what the batch is. Nothing is written.
    init(
        inputs: [String], selection: InputOptions, caption: CaptionOptions, policy: PolicyOptions, queue: QueueOptions, log: LogOptions,
        in environment: Environment
    ) throws {
        let plan = try InputPlan.read(
            inputs, from: environment.folder, selection: selection.selection, standardInput: environment.input,
            temporaryFolder: environment.temporaryFolder)
        queuePath = queue.path(in: environment)
        let name = caption.batch ?? plan.batchName
        let stored = try Self.stored(name, at: queuePath)
        isNew = stored == nil
        let choice = BatchChoice(flags: caption, plan: plan, stored: stored, environment: environment)
        settings = try choice.settings(named: name, catalogue: UserProfiles.catalogue(besideQueue: queuePath, in: environment))
        try KeyRing.checkAddress(settings.profile)
        limits = policy.limits.over(plan.jobFile?.limits ?? Limits()).over(settings.profile.limits)
        self.policy = RetryPolicy(maxAttempts: policy.maxAttempts ?? 5, onUnknown: policy.onUnknown ?? .retry(times: nil))
        (self.log, self.environment) = (log, environment)
        var progress = InputProgress(isQuiet: log.quiet, in: environment)
        input = try plan.checked(for: settings) { progress.checked($0) }
    }

    var profile: Profile { settings.profile }

    /// Adds what is new and says what came of it.
    func add() throws -> (queue: Queue, batch: BatchID) {
        let queue = try Queue(at: queuePath, now: environment.now())
        let batch = try queue.openBatch(settings, policy: policy, limits: limits, now: environment.now())
        let (input, settings) = (input, settings)
        let draft = { @Sendable (item: InputItem) in try Drafter.draft(item, settings: settings, knownDigest: queue.knownDigest) }
        try refuseTakenKeys(draft, queue, batch)
        var (added, count) = (Added(), 0)
        var progress = InputProgress(isQuiet: log.quiet, in: environment)
        let isShared = try !queue.reader.workerStatuses().isEmpty
        let chunks = isShared || input.hasDefaultFileKeys ? Self.few : Self.many
        try Overlap.run { add in
            try input.forEachChunk(of: Self.chunk) { try add($0.map(draft)) }
        } using: { (next: () throws -> [JobDraft]?) in
            while let first = try next() {
                var (drafts, left) = (Optional(first), chunks)
                added =
                    try added
                    + queue.add(to: batch, now: environment.now()) {
                        guard left > 0, let chunk = try drafts ?? next() else { return nil }
                        (drafts, left, count) = (nil, left - 1, count + chunk.count)
                        return chunk
                    }
                progress.added(count, of: input.count)
            }
        }
        let event = LogEvent(added, to: settings.name, skipped: input.skipped)
        if let line = log.line(event, in: environment) { environment.error.say(line) }
        if !log.quiet {
            if let skipped = input.skipped.description { environment.error.say("\(skipped)\n") }
            environment.error.say(AddedText.line(added, batch: settings.name))
        }
        return (queue, batch)
    }

    /// Says what adding and running would come to; nothing is written and nothing sent.
    func rehearse() throws {
        var rehearsal = AddRehearsal()
        let stored = try isNew ? nil : QueueReader(at: queuePath)
        let batch = try stored.map { (reader: $0, id: try $0.batch(named: settings.name).id) }
        if let stored, let difference = try stored.objection(to: settings) { throw difference }
        let draft = { (item: InputItem) in
            try Drafter.draft(item, settings: settings) { try stored?.knownDigest(of: $0, stamp: $1) }
        }
        try input.forEachChunk(of: Self.chunk) { try rehearsal.add($0.map(draft), to: batch) }
        let queued = try stored?.batchStatuses().first { $0.name == settings.name }?.count(.queued) ?? 0
        if let skipped = input.skipped.description { environment.error.say("\(skipped)\n") }
        environment.error.say(AddedText.line(rehearsal.added, batch: settings.name))
        environment.error.say(AddedText.rehearsed(calls: rehearsal.added.new + queued - rehearsal.withdrawn, of: settings))
    }

    /// A default key that belongs to another file is found before anything is added.
    private func refuseTakenKeys(_ draft: (InputItem) throws -> JobDraft, _ queue: Queue, _ batch: BatchID) throws {
        guard !isNew, input.hasDefaultFileKeys else { return }
        try input.forEachChunk(of: Self.chunk) { items in
            for item in items where !item.hasOwnKey {
                guard let given = item.filePath, let stored = try queue.path(ofDefaultKey: item.key, in: batch),
                    stored.bytes != given.bytes
                else { continue }
                if let objection = try queue.objection(to: draft(item), in: batch) { throw objection }
            }
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
