import CutlineCore
import CutlineInput
import CutlineProvider
import CutlineQueue
import CutlineSQLite
import SystemPackage

/// What `run` and `add` share: the input is read and checked whole, then hashed and added in chunks.
struct Adding {
    let input: CheckedInput
    private let isNew: Bool
    private(set) var settings: BatchSettings
    /// Whether what the provider would refuse is prepared; nil: nobody says it.
    let mends: Bool?
    private let policy: RetryPolicy
    private let limits: Limits
    private let budget: BudgetCheck
    private let checks: CheckRules
    /// The other places where jobs of this batch may be asked.
    private(set) var elsewhere: Elsewhere
    private let reuse: ReuseOptions
    /// Of the jobs that wait already; nil: each keeps its own.
    private let priorityOfAll: Priority?
    /// Of the jobs that are added.
    private let priority: Priority?
    private let place: QueuePlace
    /// `--queue PATH` where it was given, for commands that are advised.
    let queueWords: [String]
    private let wasTrial: Bool
    /// The provider's list of models, where it was asked for before anything was added.
    private var answer: ModelLookup.Outcome?
    /// Nil: nothing is logged.
    let log: LogOptions?
    let telling: InputTelling
    /// Whether pictures that are cut off were asked for by this command.
    private let asksForDamaged: Bool
    let environment: Environment

    /// Entries that are read and hashed while others are written.
    private static let chunk = 500
    /// Chunks of one transaction. Many cost least; but what was hashed is kept only at its end, and other workers wait meanwhile.
    private static let (few, many) = (1, 100)

    /// Reads the input and settles what the batch is. Nothing is written.
    init(
        inputs: [String], part: InputPartOptions, caption: CaptionOptions, sending: SendingOptions, priority: PriorityOptions?,
        price: PriceOptions, reuse: ReuseOptions, policy: PolicyOptions?, checks: CheckOptions?, queue: QueueOptions, log: LogOptions?,
        in environment: Environment
    ) throws {
        telling = try InputTelling(part, log: log, in: environment)
        let plan = try InputPlan.read(
            inputs, from: environment.folder, selection: part.selection, standardInput: environment.input,
            temporaryFolder: environment.temporaryFolder, report: telling.report)
        place = queue.place(in: environment)
        let name = caption.batch ?? plan.batchName
        let batch = try Self.stored(name, at: place)
        let stored = batch?.settings
        (isNew, wasTrial, queueWords) = (stored == nil, batch?.isTrial ?? false, queue.words)
        let choice = BatchChoice(flags: caption, sending: sending, price: price, plan: plan, stored: stored, environment: environment)
        let catalogue = try UserProfiles.catalogue(besideQueue: place, in: environment)
        settings = try choice.settings(named: name, catalogue: catalogue)
        mends = choice.preparing.mode.map { $0 != .never }
        try KeyRing.checkAddress(settings.profile)
        elsewhere = try Elsewhere(
            list: choice.fallback(of: settings, catalogue: catalogue), of: batch, streams: settings.profile.streams, at: place)
        limits = (policy?.limits ?? Limits()).over(plan.jobFile?.limits ?? Limits()).over(settings.profile.limits)
        self.policy = RetryPolicy(
            maxAttempts: policy?.maxAttempts ?? 5, onUnknown: policy?.onUnknown ?? .retry(times: nil),
            sendsDamaged: part.damaged.map { $0 == .send } ?? batch?.policy.sendsDamaged ?? false,
            flex: try TierChoice(flags: sending.tier, jobFile: plan.jobFile?.tier, stored: batch?.policy.flex)
                .terms(for: settings, at: environment.now()))
        asksForDamaged = part.damaged == .send
        budget = BudgetCheck(
            change: (policy?.budget ?? BudgetChange()).over(plan.jobFile?.budget ?? BudgetChange()), stored: batch?.budget ?? Budget())
        try budget.checkAnswers(of: settings)
        self.checks =
            try checks.map { try CheckChoice(flags: $0, jobFile: plan.jobFile, environment: environment).rules() } ?? batch?.checks
            ?? CheckRules()
        priorityOfAll = priority?.priority
        self.priority = priorityOfAll ?? plan.jobFile?.priority
        (self.log, self.reuse, self.environment) = (log, reuse, environment)
        var progress = InputProgress(isQuiet: log?.quiet ?? false, in: environment)
        input = try plan.checked(for: settings) { progress.checked($0) }
    }

    var profile: Profile { settings.profile }
    var tier: ServiceTier { policy.tier(at: environment.now()) }

    /// A budget that cannot be held is refused before anything is added.
    ///
    /// - Parameter keys: to ask the provider for its prices; nil: it is not asked.
    mutating func checkBudget(keys: KeyRing? = nil, allowsInsecureHTTP: Bool = false) async throws {
        if let keys, budget.needsPrice, profile.price(of: settings.model) == nil {
            let answer = await ModelLookup.ask(
                profile, keys: keys, patience: environment.patience, allowsInsecureHTTP: allowsInsecureHTTP)
            self.answer = answer
            tellUnknownPrice(answer)
            if let price = answer.list?[settings.model]?.price { settings.profile.listedPrices = [settings.model: price] }
        }
        try budget.checkPrice(of: settings)
        try await elsewhere.checkPrices(of: settings, budget) { [environment] profile in
            guard let keys else { return nil }
            return await ModelLookup.ask(
                profile, keys: keys, patience: environment.patience, allowsInsecureHTTP: allowsInsecureHTTP
            ).list
        }
    }

    /// Adds what is new and says what came of it.
    func add() throws -> (queue: Queue, batch: BatchID) {
        let queue = try environment.openQueue(at: place)
        let batch = try queue.openBatch(
            settings, policy: policy, limits: limits, budget: budget.change, checks: checks, fallback: elsewhere.list,
            now: environment.now())
        var captions = try queue.reader.captionSearch(for: settings, batch: batch, checks: checks, use: reuse.use)
        let (input, settings, priority, inBothIdentities) = (input, settings, priority, captions.asksBothIdentities)
        let inputs = try queue.inputs(named: input.inputNames, of: batch)
        let mark = try queue.reader.entryMark()
        let draft = { @Sendable (item: InputItem, known: KnownPictures) in
            var draft = try Drafter.draft(item, settings: settings, inBothIdentities: inBothIdentities, knownDigest: known.content)
            draft.input = inputs[item.input]
            draft.priority = priority
            return draft
        }
        try refuseTakenKeys(draft, queue, batch)
        // Before anything is added: what is added has it.
        try prioritizeWhatWaits(queue, batch)
        var (added, count, hasAdded) = (Added(), 0, false)
        var progress = InputProgress(isQuiet: log?.quiet ?? false, in: environment)
        let isShared = try !queue.reader.workerStatuses().isEmpty
        let chunks = isShared || input.hasDefaultFileKeys ? Self.few : Self.many
        do {
            try Overlap.run { [telling] add in
                try input.forEachChunk(of: Self.chunk, report: telling.report) { items in
                    let known = try queue.reader.knownPictures(items.flatMap { $0.images.map(\.source) })
                    try add(items.compactMap { try telling.draft($0) { try draft($0, known) } })
                }
            } using: { (next: () throws -> [JobDraft]?) in
                func counted() throws -> [JobDraft]? {
                    let chunk = try next()
                    count += chunk?.count ?? 0
                    return chunk
                }
                while let chunk = try counted() {
                    // What stands already costs no transaction.
                    let first = try queue.changed(among: chunk, in: batch, &captions, &added)
                    progress.added(count, of: input.count)
                    if first.isEmpty { continue }
                    var (drafts, left) = (Optional(first), chunks)
                    let more = try queue.add(to: batch, &captions, now: environment.now()) {
                        guard left > 0, let chunk = try drafts ?? counted() else { return nil }
                        (drafts, left) = (nil, left - 1)
                        return chunk
                    }
                    (added, hasAdded) = (added + more, true)
                }
            }
        } catch {
            throw hasAdded ? CommandEnd(error).afterAdding : error
        }
        let departures = try departures(from: batch, of: queue, inputs: Set(inputs), since: mark)
        added.count(departures)
        try tell(added, captions.found)
        tell(departures)
        if asksForDamaged { try sendAgain(queue, batch) }
        return (queue, batch)
    }

    private func prioritizeWhatWaits(_ queue: Queue, _ batch: BatchID) throws {
        guard let priorityOfAll, !isNew else { return }
        let count = try queue.prioritize(JobSelection(batch: batch), priorityOfAll).count
        guard count > 0, log?.quiet != true else { return }
        environment.error.say(AddedText.prioritized(count, priorityOfAll))
    }

    /// What was not sent because it is cut off is wanted now.
    private func sendAgain(_ queue: Queue, _ batch: BatchID) throws {
        let unread = JobSelection(batch: batch, failure: .imageUnreadable)
        let count = try queue.retry(unread, with: JobChange(priority: priorityOfAll), now: environment.now()).count
        guard count > 0, log?.quiet != true else { return }
        environment.error.say("\(Words.count(count, "job")) that could not be read \(count == 1 ? "is" : "are") queued again\n")
    }

    /// What was left out makes the command fail, once all else is done.
    func refuseBad() throws {
        guard input.faults.count > 0 else { return }
        throw CommandEnd(code: .someFailed, sentence: InputText.leftOut(input.faults.count))
    }

    /// What was added, and what of it other batches have captions for: before anything is sent, and so paid for again.
    private func tell(_ added: Added, _ elsewhere: CaptionsElsewhere) throws {
        try telling.close()
        let skipped = input.skipped.total + telling.report.tally(.gone).count + input.faults.count
        var events = [LogEvent(added, to: settings.name, skipped: skipped)]
        if reuse.use == .tell, elsewhere.jobs > 0 { events.append(LogEvent(elsewhere, of: settings.name)) }
        for line in events.compactMap({ log?.line($0, in: environment) }) { environment.error.say(line) }
        guard log?.quiet != true else { return }
        sayWhatIsLeftOut()
        if wasTrial { environment.error.say(AddedText.noTrial(batch: settings.name)) }
        environment.error.say(AddedText.line(added, batch: settings.name))
        environment.error.say(said(elsewhere))
    }

    /// What of the input is not sent, and what is odd about what is.
    func sayWhatIsLeftOut() {
        environment.error.say(telling.text(of: input, sendingDamaged: policy.sendsDamaged, preparing: settings.preparation))
    }

    private func said(_ elsewhere: CaptionsElsewhere) -> String {
        switch reuse.use {
        case .tell: ElsewhereText.line(elsewhere)
        case .takeOver: ElsewhereText.takenOver(elsewhere)
        }
    }

    /// Says what adding and running would come to; nothing is written and nothing sent.
    ///
    /// - Parameter sample: how many jobs the run would take at most.
    func rehearse(sample: Int? = nil) throws {
        let (rehearsal, queued) = try rehearsal()
        sayWhatIsLeftOut()
        environment.error.say(AddedText.line(rehearsal.added, batch: settings.name))
        environment.error.say(DepartureText.rehearsed(rehearsal.departures))
        environment.error.say(said(rehearsal.elsewhere))
        let kept = rehearsal.spared.new + rehearsal.spared.waiting + rehearsal.damaged.new + rehearsal.damaged.waiting
        let calls = rehearsal.added.new + rehearsal.requeued + queued - rehearsal.withdrawn - kept
        environment.error.say(AddedText.rehearsed(calls: calls, sample: sample, of: settings))
    }

    /// Plays adding through and writes nothing.
    ///
    /// - Parameter body: called with what a run would send of the input, each job once.
    /// - Returns: what adding would come to, and how many jobs of the batch wait in the queue as it is.
    func rehearsal(_ body: ([JobDraft]) throws -> Void = { _ in }) throws -> (AddRehearsal, queued: Int) {
        let queue = try QueueReader.existing(at: place)
        let batch = try isNew ? nil : queue?.batch(named: settings.name).id
        if let difference = try queue?.objection(to: settings) { throw difference }
        let captions = try queue?.captionSearch(for: settings, batch: batch, checks: checks, use: reuse.use)
        var rehearsal = AddRehearsal(captions: captions, sendsDamaged: policy.sendsDamaged)
        try input.forEachChunk(of: Self.chunk, report: telling.report) { items in
            let known = try queue?.knownPictures(items.flatMap { $0.images.map(\.source) }) ?? KnownPictures()
            let drafts = try items.compactMap { item in
                try telling.draft(item) {
                    try Drafter.draft(
                        $0, settings: settings, inBothIdentities: captions?.asksBothIdentities ?? false, knownDigest: known.content)
                }
            }
            try body(rehearsal.add(drafts, to: batch, of: queue))
        }
        try telling.close()
        if let queue, let batch { try rehearseDepartures(from: batch, of: queue, &rehearsal) }
        return (rehearsal, try queue?.batchStatuses().first { $0.name == settings.name }?.count(.queued) ?? 0)
    }

    /// Asks the provider's list about the model, keeps its price with the batch, and warns of a model that cannot do the work, and of costs
    /// that stay unknown because the list cannot be had or has no price for it. A batch that is done asks nobody.
    mutating func askForModel(keys: KeyRing, allowsInsecureHTTP: Bool, queue: Queue) async throws {
        let status = try queue.reader.batchStatuses().first { $0.name == settings.name }
        guard let status, status.remaining > 0, profile.prices?[settings.model] == nil else { return }
        let asked = answer
        let answer: ModelLookup.Outcome
        if let asked {
            answer = asked
        } else {
            answer = await ModelLookup.ask(
                profile, keys: keys, patience: environment.patience, allowsInsecureHTTP: allowsInsecureHTTP)
            tellUnknownPrice(answer)
        }
        guard let list = answer.list else { return }
        if let price = list[settings.model]?.price {
            settings.profile.listedPrices = [settings.model: price]
            _ = try queue.openBatch(settings, policy: policy, limits: limits, checks: checks, now: environment.now())
        }
        guard let warning = ModelText.warning(of: settings.model, at: profile.name, in: list) else { return }
        warn("model_doubtful", warning)
    }

    /// Once a run.
    private func tellUnknownPrice(_ answer: ModelLookup.Outcome) {
        guard let warning = ModelText.unknownPrice(of: settings.model, answer, profile) else { return }
        warn("price_unknown", warning)
    }

    private func warn(_ name: String, _ message: String) {
        let event = LogEvent(level: .warning, name: name, fields: [.init("model", settings.model), .init("message", message)])
        if let line = log?.line(event, in: environment) { environment.error.say(line) }
        if log?.quiet != true { environment.error.say("\(message)\n") }
    }

    /// A default key that belongs to another file is found before anything is added.
    private func refuseTakenKeys(_ draft: (InputItem, KnownPictures) throws -> JobDraft, _ queue: Queue, _ batch: BatchID) throws {
        guard !isNew, input.hasDefaultFileKeys else { return }
        try input.forEachChunk(of: Self.chunk) { all in
            let items = all.filter { !$0.hasOwnKey }
            for (item, stored) in zip(items, try queue.reader.paths(ofDefaultKeys: items.map(\.key), in: batch)) {
                guard let given = item.filePath, let stored, stored.bytes != given.bytes else { continue }
                // What cannot be read any more is told when it is to be added.
                guard let draft = try? draft(item, queue.reader.knownPictures(item.images.map(\.source))) else { continue }
                if let objection = try queue.objection(to: draft, in: batch) { throw objection }
            }
        }
    }

    static func stored(_ name: String, at place: QueuePlace) throws -> Batch? {
        do { return try QueueReader(at: place).batch(named: name) } catch QueueError.noSuchQueue, QueueError.noSuchBatch {
            return nil
        }
    }
}

extension InputItem {
    /// The place of its only picture.
    fileprivate var filePath: FilePath? {
        guard images.count == 1, case .file(let file) = images[0].source else { return nil }
        return file.place
    }
}

extension QueueReader {
    /// Nil where there is no queue.
    static func existing(at place: QueuePlace) throws -> QueueReader? {
        do { return try QueueReader(at: place) } catch QueueError.noSuchQueue { return nil }
    }
}

extension CommandEnd {
    /// The same, of an input of which a part was added already: it is not to be said that nothing was.
    fileprivate var afterAdding: CommandEnd {
        let sentence = sentence.map { "\($0); what stands before it was added, and stays: run again when it is mended" }
        return CommandEnd(code: code == .badInput ? .queue : code, sentence: sentence)
    }
}
