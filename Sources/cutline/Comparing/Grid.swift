import CutlineCore
import CutlineInput
import CutlineProvider
import CutlineQueue
import SystemPackage

/// Several prompts and models over the same few pictures: each pair is a cell, and each cell a batch of its own.
struct Grid {
    struct Cell {
        /// `A1`: the first prompt, the first model.
        let label: String
        var settings: BatchSettings
        /// Of the sample, in the order of the input.
        let drafts: [JobDraft]
    }

    /// What the names of the cells' batches begin with.
    let base: String
    /// Prompt by prompt; never empty.
    private(set) var cells: [Cell] = []
    /// Entries of the whole input.
    let entries: Int
    /// What is said of the input.
    let remarks: String
    private let faults: Int
    /// Whether what the provider would refuse is prepared; nil: nobody says it.
    let mends: Bool?
    private let limits: Limits
    private let policy: RetryPolicy
    private let checks: CheckRules
    private let budget: BudgetChange
    private let reuse: ReuseOptions
    private let place: QueuePlace
    private let environment: Environment

    /// Reads the input and settles what each cell is. Nothing is written.
    init(
        inputs: [String], part: InputPartOptions, options: GridOptions, sending: SendingOptions,
        reuse: ReuseOptions, policy: PolicyOptions, queue: QueueOptions, log: LogOptions, in environment: Environment
    ) throws {
        let telling = try InputTelling(part, log: log, in: environment)
        let plan = try InputPlan.read(
            inputs, from: environment.folder, selection: part.selection, standardInput: environment.input,
            temporaryFolder: environment.temporaryFolder, report: telling.report)
        place = queue.place(in: environment)
        (self.reuse, self.environment) = (reuse, environment)
        let base = options.batch ?? plan.batchName
        self.base = base
        let stored = try Adding.stored(base, at: queue.place(in: environment))?.settings
        let price = try PriceOptions.parse([])
        let catalogue = try UserProfiles.catalogue(besideQueue: place, in: environment)
        mends = options.pictures.wish.over(plan.jobFile?.preparing ?? PreparationWish()).mode.map { $0 != .never }
        let settings = try options.cells.map { flags in
            try BatchChoice(flags: flags, sending: sending, price: price, plan: plan, stored: stored, environment: environment)
                .settings(named: base, catalogue: catalogue)
        }
        try options.checkPrices(of: settings.map(\.model))
        let first = settings[0]
        try KeyRing.checkAddress(first.profile)
        limits = policy.limits.over(plan.jobFile?.limits ?? Limits()).over(first.profile.limits)
        self.policy = RetryPolicy(
            maxAttempts: policy.maxAttempts ?? 5, onUnknown: policy.onUnknown ?? .retry(times: nil), sendsDamaged: part.damaged == .send,
            flex: try TierChoice(flags: sending.tier, jobFile: plan.jobFile?.tier, stored: nil).terms(for: first, at: environment.now()))
        checks = try CheckChoice(jobFile: plan.jobFile, environment: environment).rules()
        budget = policy.budget.over(plan.jobFile?.budget ?? BudgetChange())
        var progress = InputProgress(isQuiet: log.quiet, in: environment)
        let input = try plan.checked(for: first) { progress.checked($0) }
        (entries, faults) = (input.count, input.faults.count)
        let reader = try QueueReader.existing(at: place)
        var (labels, read) = (Labels(), [FilePath: PictureFile]())
        for settings in settings {
            var settings = settings
            settings.name = "\(base)-compare-\(Self.hexadecimal(settings.digest.prefix(4)))"
            let earlier = try Adding.stored(settings.name, at: place)?.settings.profile
            settings.profile.listedPrices = earlier?.listedPrices
            if settings.profile.prices?[settings.model] == nil, let price = earlier?.prices?[settings.model] {
                settings.profile.prices = (settings.profile.prices ?? [:]).merging([settings.model: price]) { $1 }
            }
            settings.profile = options.priced(settings.profile, model: settings.model)
            // The same prompt or model given twice is one.
            guard !cells.contains(where: { $0.settings.name == settings.name }) else { continue }
            let items = try plan.checked(for: settings, isTold: false).sample(options.sample)
            let isFirst = cells.isEmpty
            let make = { (item: InputItem) in
                try Drafter.draft(item, settings: settings, inBothIdentities: true) { asked in
                    if let file = read[asked.place], file.slice == asked.slice, let content = file.content(of: asked.stamp) {
                        return content
                    }
                    return try reader?.knownDigest(of: asked)
                }
            }
            // The sample is the same for every cell, and told once.
            let drafts = try items.compactMap { try telling.draft($0, isTold: isFirst, make) }
            for case .file(let file) in drafts.flatMap(\.images) { read[file.place] = file }
            cells.append(Cell(label: labels.next(settings), settings: settings, drafts: drafts))
        }
        try telling.close()
        remarks = telling.text(of: input, sendingDamaged: self.policy.sendsDamaged, preparing: cells.first?.settings.preparation)
    }

    /// What was left out makes the command fail, once all else is done.
    func refuseBad() throws {
        if faults > 0 { throw CommandEnd(code: .someFailed, sentence: InputText.leftOut(faults)) }
    }

    var profile: Profile { cells[0].settings.profile }
    /// How many pictures, or groups of them, the sample has.
    var size: Int { cells[0].drafts.count }

    /// The texts of the prompts and the names of the models, with their labels.
    var prompts: [(label: String, text: String)] { distinct { ($0.label.prefix(1), $0.settings.prompt) } }
    var models: [(label: String, text: String)] { distinct { ($0.label.dropFirst(), $0.settings.model) } }

    /// The prices from the provider's list, kept with each cell, and what the list has against a model.
    mutating func findPrices(keys: KeyRing, allowsInsecureHTTP: Bool) async -> [String] {
        let unpriced = cells.filter { $0.settings.profile.prices?[$0.settings.model] == nil }
        guard !unpriced.isEmpty else { return [] }
        let answer = await ModelLookup.ask(
            profile, keys: keys, patience: environment.patience, allowsInsecureHTTP: allowsInsecureHTTP)
        // One sentence, of the first model whose price is missing.
        let unknown = unpriced.lazy.compactMap { ModelText.unknownPrice(of: $0.settings.model, answer, $0.settings.profile) }.first
        guard let list = answer.list else { return unknown.map { [$0] } ?? [] }
        for index in cells.indices {
            let model = cells[index].settings.model
            if let price = list[model]?.price { cells[index].settings.profile.listedPrices = [model: price] }
        }
        return models.compactMap { ModelText.warning(of: $0.text, at: profile.name, in: list) } + (unknown.map { [$0] } ?? [])
    }

    /// Each cell's part of the budget: what is given is for all of them together.
    private var share: BudgetChange { budget.shared(by: cells.count) }

    /// A budget that cannot be held is refused before anything is added.
    func checkBudget() throws {
        for cell in cells {
            let stored = try Adding.stored(cell.settings.name, at: place)?.budget
            try BudgetCheck(change: share, stored: stored ?? Budget()).check(cell.settings)
        }
    }

    /// What is still to be sent: calls, and their tokens for each cell; and what other batches have of it.
    func toSend() throws -> [(cell: Cell, tokens: TokenEstimate, elsewhere: CaptionsElsewhere)] {
        let reader = try QueueReader.existing(at: place)
        return try cells.map { cell in
            let batch = try reader?.id(of: cell.settings.name)
            let captions = try reader?.captionSearch(for: cell.settings, batch: batch, checks: checks, use: reuse.use)
            var (rehearsal, tokens) = (AddRehearsal(captions: captions, sendsDamaged: policy.sendsDamaged), TokenEstimate())
            let rule = ImageTokens(model: cell.settings.model)
            for draft in try rehearsal.add(cell.drafts, to: batch, of: reader) { tokens.add(draft, of: cell.settings, rule) }
            return (cell, tokens, rehearsal.elsewhere)
        }
    }

    /// Adds each cell's sample to the queue.
    ///
    /// - Returns: the jobs of the sample, and nothing else that the batches may hold.
    func add(to queue: Queue) throws -> Scope {
        var jobs: [BatchID: [JobID]] = [:]
        for cell in cells {
            let batch = try queue.openBatch(
                cell.settings, policy: policy, limits: limits, budget: share, checks: checks, isTrial: true, now: environment.now())
            for draft in cell.drafts { if let objection = try queue.objection(to: draft, in: batch) { throw objection } }
            var captions = try queue.reader.captionSearch(for: cell.settings, batch: batch, checks: checks, use: reuse.use)
            _ = try queue.add(cell.drafts, to: batch, &captions, now: environment.now())
            jobs[batch] = Array(Set(try queue.reader.jobs(of: cell.drafts.map(\.fingerprint), in: batch))).sorted()
        }
        return .jobs(jobs)
    }

    /// A name is given once, in the order of the cells.
    private func distinct(_ name: (Cell) -> (Substring, String)) -> [(label: String, text: String)] {
        cells.map(name).reduce(into: []) { all, next in
            if !all.contains(where: { $0.label == next.0 }) { all.append((String(next.0), next.1)) }
        }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// Letters for prompts, numbers for models, in the order in which they come.
private struct Labels {
    private var prompts: [String] = []
    private var models: [String] = []

    mutating func next(_ settings: BatchSettings) -> String {
        let (prompt, model) = (Self.place(of: settings.prompt, in: &prompts), Self.place(of: settings.model, in: &models))
        return "\(Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8(prompt))))\(model + 1)"
    }

    /// Texts are compared as bytes: two spellings of one letter are two prompts.
    private static func place(of text: String, in all: inout [String]) -> Int {
        if let place = all.firstIndex(where: { $0.utf8.elementsEqual(text.utf8) }) { return place }
        all.append(text)
        return all.count - 1
    }
}

extension TokenEstimate {
    fileprivate mutating func add(_ draft: JobDraft, of settings: BatchSettings, _ rule: ImageTokens) {
        let images = draft.images.map { image in
            let size: PictureSize? = if case .file(let file) = image { PictureSize(headerOf: file.path, file.slice) } else { nil }
            return rule.range(of: size, detail: settings.parameters.detail)
        }
        add(texts: [draft.prompt ?? settings.prompt] + (settings.system.map { [$0] } ?? []), images: images)
    }
}

extension QueueReader {
    /// Nil where there is no batch of this name.
    fileprivate func id(of name: String) throws -> BatchID? {
        do { return try batch(named: name).id } catch QueueError.noSuchBatch { return nil }
    }
}

extension BudgetChange {
    fileprivate func shared(by count: Int) -> BudgetChange {
        BudgetChange(
            maxCost: maxCost.map { cap in
                if case .at(let cost) = cap { .at(Money(nanodollars: cost.nanodollars / Int64(count))) } else { cap }
            },
            maxTokens: maxTokens.map { cap in if case .at(let tokens) = cap { .at(tokens / count) } else { cap } })
    }
}

extension PictureFile {
    /// What was found in it, if it is still the same.
    fileprivate func content(of stamp: FileStamp) -> PictureContent? {
        guard let digest, stamp == self.stamp else { return nil }
        return PictureContent(digest: digest, damage: damage, orientation: orientation)
    }
}
