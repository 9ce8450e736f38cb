import ArgumentParser
import CutlineCore
import CutlineQueue

struct Work: Command {
    static let configuration = CommandConfiguration(
        abstract: "Work on all batches, or on one, until nothing is left to do.",
        usage: "cutline work [<options>]",
        discussion: """
            Any number of processes may work on one queue; they share its limits.

            Example:
              cutline work --batch photos
            """)

    @Option(help: ArgumentHelp("Only this batch.", valueName: "name")) var batch: String?
    @OptionGroup var sample: SampleOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @OptionGroup(title: "Limits and policies (else as they are)") var policy: PolicyOptions
    @OptionGroup(title: "How it is sent (else as it is)") var tier: TierOptions
    @OptionGroup(title: "What it costs (else as known)") var price: PriceOptions
    @OptionGroup(title: "Caption checks (else as they are)") var checks: CheckOptions
    @OptionGroup(title: "Working") var mending: MendingOptions
    @OptionGroup(title: "Working") var work: WorkOptions

    func validate() throws {
        if sample.sample != nil, batch == nil { throw ValidationError("--sample needs --batch: say of which one.") }
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            // Looking first: a worker never makes a queue.
            let reader = try queue.reader(in: environment)
            let whole = try reader.scope(ofBatch: batch)
            let scope = try whole.batch.map { try sample.scope(of: $0, reader) } ?? whole
            let rules = try CheckChoice(flags: checks, environment: environment).rules()
            let keys = try KeyRing(environment, file: work.apiKeyFile, network: work.network)
                .keepingFile(for: Set(reader.batches().map(\.settings.profile.name)))
            var open: [BatchSettings] = []
            for status in try reader.batchStatuses(in: scope) where status.remaining > 0 {
                let batch = try reader.batch(named: status.name)
                var settings = batch.settings
                open.append(settings)
                try keys.check(settings.profile, allowsInsecureHTTP: work.insecureHttp)
                settings.profile = price.applied(to: settings.profile, model: settings.model)
                _ = try TierChoice(flags: tier, stored: batch.policy.flex).terms(for: settings, at: environment.now())
                let budget = BudgetCheck(change: policy.budget, stored: status.budget?.budget ?? Budget())
                try budget.check(settings)
                let elsewhere = try Elsewhere(of: batch, reader)
                try elsewhere.check(keys, allowsInsecureHTTP: work.insecureHttp)
                try elsewhere.checkStoredPrices(of: settings, budget)
            }
            try await PreparingCheck.check(open, in: environment)
            if batch == nil, !work.log.quiet { environment.error.say(TrialNote.line(try reader.batchStatuses(), queue: queue.words)) }
            let opened = try environment.openQueue(at: queue.place(in: environment))
            try opened.adjust(
                scope, limits: policy.limits, maxAttempts: policy.maxAttempts, onUnknown: policy.onUnknown,
                tier: TierChange(tier: tier.tier, deadline: tier.tierDeadline?.duration),
                budget: policy.budget, price: price.price?.price, checks: rules, now: environment.now())
            try await Working(
                queue: opened, scope: scope, options: work, mends: mending.mends, location: queue, keys: keys, environment: environment
            ).run()
        }
    }
}
