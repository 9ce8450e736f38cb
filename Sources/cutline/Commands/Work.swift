import ArgumentParser
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
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @OptionGroup(title: "Limits and policies (else as they are)") var policy: PolicyOptions
    @OptionGroup(title: "Caption checks (else as they are)") var checks: CheckOptions
    @OptionGroup(title: "Working") var work: WorkOptions

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            // Looking first: a worker never makes a queue.
            let reader = try queue.reader(in: environment)
            let scope = try reader.scope(ofBatch: batch)
            let rules = try CheckChoice(flags: checks, environment: environment).rules()
            let keys = try KeyRing(environment, file: work.apiKeyFile)
            for status in try reader.batchStatuses(in: scope) where status.count(.queued) + status.count(.running) > 0 {
                try keys.check(try reader.batch(named: status.name).settings.profile, allowsInsecureHTTP: work.insecureHttp)
            }
            let opened = try Queue(at: queue.path(in: environment), now: environment.now())
            try opened.adjust(
                scope, limits: policy.limits, maxAttempts: policy.maxAttempts, onUnknown: policy.onUnknown,
                checks: rules, now: environment.now())
            try await Working(queue: opened, scope: scope, options: work, location: queue, keys: keys, environment: environment).run()
        }
    }
}
