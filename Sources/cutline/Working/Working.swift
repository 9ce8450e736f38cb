import CutlineCore
import CutlineInput
import CutlinePictures
import CutlineProvider
import CutlineQueue
import CutlineRunner
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What `run` and `work` share: a worker of the queue, from registration to the exit code.
struct Working {
    let queue: Queue
    let scope: Scope
    let options: WorkOptions
    /// Whether what a provider would refuse is prepared where its batch says nothing; nil: as its profile says.
    let mends: Bool?
    let location: QueueOptions
    let keys: KeyRing
    let environment: Environment
    /// Whether a sample says what the rest of its batch would cost.
    var tellsOfRest = true

    func run() async throws {
        let worker = try queue.startWorker(
            token: Self.token(environment), host: environment.host, pid: environment.processID, now: environment.now())
        let limit = Descriptors.callLimit()
        let plan = try darkrooms()
        let client = ProviderClient(
            connections: limit, allowsInsecureHTTP: options.insecureHttp, allowsPrivateHosts: options.allowPrivateHosts,
            routes: keys.routes, temporaryFolder: environment.temporaryFolder, redraft: Drafter.redraft,
            prepare: plan.map { Darkrooms($0).prepare }, mends: mends, now: environment.now)
        let simulator = InProcessSimulator()
        let sender = CallSender(
            client: client, queue: queue.reader, timeout: options.deadline(), flexTimeout: options.deadline(at: .flex), key: keys.key,
            simulator: simulator.address)
        let stopping = Stopping()
        let reporter = Reporter(queue: queue.reader, scope: scope, options: options, queueWords: location.words, in: environment)
        let outbox = EventOutbox(reporter.observe)
        let end = await work(
            worker, sender: sender, callLimit: limit, unpreparedLimit: plan.map { 2 * $0.count }, outbox: outbox, stopping: stopping)
        await client.shutdown()
        await simulator.stop()
        reporter.close(end, unheard: await outbox.close())
        if tellsOfRest, !options.log.quiet, case .finished = end { environment.error.say(try sampleWords()) }
        let status = try exitStatus(end, signal: stopping.signal)
        try close(worker, after: end)
        if let status { throw status }
    }

    /// Nil: none is needed, or possible.
    private func darkrooms() throws -> DarkroomPlan? {
        let isNeeded = try mends != false || queue.reader.batches().contains { $0.settings.preparation != nil }
        return isNeeded ? PreparingOptions.plan(in: environment, count: options.preparing.darkrooms) : nil
    }

    private func work(
        _ worker: Worker, sender: CallSender, callLimit: Int, unpreparedLimit: Int?, outbox: EventOutbox, stopping: Stopping
    ) async -> RunEnd {
        let runner = Runner(
            queue: queue, worker: worker,
            options: RunnerOptions(
                scope: scope, timeout: sender.timeout, flexTimeout: sender.flexTimeout, callLimit: callLimit,
                unpreparedLimit: unpreparedLimit, waits: !options.noWait, drainTimeout: options.grace),
            clock: environment.clock, call: sender.call, report: outbox.post)
        let signals = StopSignals { number in
            switch stopping.count(number) {
            case 1: Task { await runner.drain() }
            case 2: Task { await runner.giveUp() }
            // Whatever the process waits for: what was paid for and not written yet is unknown to the next run.
            default: _exit(ExitStatus.interrupted.rawValue)
            }
        }
        defer { withExtendedLifetime(signals) {} }
        return await runner.run()
    }

    /// Of a sample of one batch.
    private func sampleWords() throws -> String {
        guard case .jobs(let jobs) = scope, jobs.count == 1, let sample = try queue.reader.batchStatuses(in: scope).first,
            let batch = try queue.reader.batchStatuses(in: .batch(sample.id)).first
        else { return "" }
        return SampleText.lines(sample: sample, of: batch, queue: location.words).map { "\($0)\n" }.joined()
    }

    private func close(_ worker: Worker, after end: RunEnd) throws {
        // A queue that cannot be written cannot be signed off from either; the next worker finds the lock free.
        if case .queueFailed = end { return }
        try queue.endWorker(worker, now: environment.now())
        try queue.close()
    }

    private func exitStatus(_ end: RunEnd, signal: Int32?) throws -> CommandEnd? {
        switch end {
        case .finished:
            let hasFailures = try queue.reader.batchStatuses(in: scope).contains { $0.count(.failed) + $0.count(.held) > 0 }
            return hasFailures ? CommandEnd(code: .someFailed, sentence: nil) : nil
        case .paused: return CommandEnd(code: .stoppedEarly, sentence: nil)
        case .interrupted: return CommandEnd(code: signal == SIGTERM ? .terminated : .interrupted, sentence: nil)
        case .queueFailed(let error, _): return CommandEnd(code: .queue, sentence: "\(error)")
        }
    }

    /// Unique per start of a process, on this host and on any other.
    private static func token(_ environment: Environment) -> String {
        "\(environment.processID)-\(environment.now().milliseconds)-\(UInt32.random(in: .min ... .max))"
    }
}

/// The signals that came so far.
private final class Stopping: Sendable {
    private let state = Mutex<(first: Int32?, count: Int)>((nil, 0))

    /// The first.
    var signal: Int32? { state.withLock(\.first) }

    /// How many came with this one.
    func count(_ number: Int32) -> Int {
        state.withLock { state in
            state = (state.first ?? number, state.count + 1)
            return state.count
        }
    }
}
