import CutlineCore
import CutlineQueue
import CutlineRunner
import Synchronization

/// Tells a person how a run is going, on stderr: a bar on a terminal, else a line at the start and one every ten seconds; what lanes
/// do; and a summary.
final class Reporter: Sendable {
    private let queue: QueueReader
    private let scope: Scope
    private let isQuiet: Bool
    private let log: LogOptions
    /// `--queue PATH`, where commands that are advised need it.
    private let queueWords: [String]
    private let environment: Environment
    private let state: Mutex<State>

    private struct State {
        var startedAt: Timestamp
        var startedWith = 0
        var ticks = 0
        var recent = RecentPace()
        var progress = RunProgress()
        /// Sentences about kinds of things, of which there may be thousands.
        var saidOnce: Set<String> = []
        var bar = RedrawnLine()
    }

    init(queue: QueueReader, scope: Scope, options: WorkOptions, queueWords: [String], in environment: Environment) {
        self.queue = queue
        self.scope = scope
        isQuiet = options.log.quiet
        log = options.log
        self.queueWords = queueWords
        self.environment = environment
        state = Mutex(State(startedAt: environment.now()))
        // A queue that cannot be read is the runner's to report.
        let done = (try? totals())?.done ?? 0
        state.withLock {
            $0.startedWith = done
            $0.recent.add(done, at: $0.startedAt)
        }
    }

    /// Called in order, one at a time, on a queue that the runner does not wait for.
    func observe(_ event: RunnerEvent) {
        if case .flexIsOver(let batch) = event { write(LogEvent(flexIsOverFor: name(of: batch))) }
        if let lowest = log.lowestLevel { write(LogEvent(event, isDetailed: lowest == .debug, at: environment.now())) }
        guard !isQuiet else { return }
        switch event {
        case .progress(let progress):
            state.withLock { $0.progress = progress }
            if let width = environment.error.columns() { return draw(width) }
            // The summary says the rest.
            guard progress.remaining > 0, !progress.isOver else { return }
            let isDue = state.withLock { state in
                state.ticks += 1
                return state.ticks == 1 || state.ticks % 10 == 0
            }
            if isDue { say(line(progress)) }
        case .lane(let notice): say(LaneText.line(notice, at: environment.now()) ?? "")
        case .flexIsOver(let batch): say(RunText.flexIsOver(batch: name(of: batch)))
        case .rescued(let rescued): say(RunText.rescued(rescued))
        case .replayed(let replayed): say(RunText.replayed(replayed, from: queue.rescueFile).joined(separator: "\n"))
        case .draining(let inFlight):
            say("stopping when \(Words.count(inFlight, "call")) in flight have ended; stop once more to give them up")
        case .ended(let claim, .changed, _): say(RunText.changed(claim.request.images))
        case .ended(let claim, .failure(let failure), .fallsBack(let asked)):
            let line = RunText.fallsBack(from: claim.request.model, failure.kind, to: asked)
            if state.withLock({ $0.saidOnce.insert(line).inserted }) { say(line) }
        case .ended:
            if let width = environment.error.columns() { draw(width) }
        }
    }

    /// The last words of a run.
    ///
    /// - Parameter unheard: events that were left out, because what was told before them was not read.
    func close(_ end: RunEnd, unheard: Int) {
        environment.error.say(erased())
        if unheard > 0 {
            say("\(Words.count(unheard, "event")) not told: stderr was not read; nothing is lost by it, see `cutline status`")
        }
        write(LogEvent(end, at: environment.now()))
        guard log.format == .text else { return }
        // A queue that cannot be read is the exit's to report.
        let batches = (try? queue.batchStatuses(in: scope)) ?? []
        if !isQuiet, !batches.isEmpty {
            say(RunText.summary(batches, elapsed: environment.now() - state.withLock { $0.startedAt }))
            say(FlagText.summary(batches, queue: queueWords).joined(separator: "\n"))
        }
        say(RunText.troubles(batches, stopped: stopped(batches), queue: queueWords, end, at: environment.now()).joined(separator: "\n"))
    }

    private func write(_ event: LogEvent?) {
        guard let line = event.flatMap({ log.line($0, in: environment) }) else { return }
        environment.error.say(erased() + line)
    }

    private func stopped(_ batches: [BatchStatus]) -> [String] {
        batches.flatMap { batch in
            [JobState.failed, .held].filter { batch.count($0) > 0 }.flatMap { state in
                // Without its causes the number still stands.
                let causes = (try? queue.causes(of: batch.id, state, in: scope)) ?? Causes()
                let text = CauseText(batch: batch.name, queue: queueWords, answerLimit: batch.answerLimit)
                let lines = text.lines(state, batch.count(state), causes)
                return batches.count > 1 ? ["\(Words.clean(batch.name)): \(lines[0])"] + lines.dropFirst() : lines
            }
        }
    }

    private func name(of batch: BatchID) -> String {
        // Of a queue that cannot be read the runner tells.
        (try? queue.batchStatuses())?.first { $0.id == batch }?.name ?? "\(batch.number)"
    }

    private func line(_ progress: RunProgress) -> String {
        // A missed line of progress harms nobody.
        guard let totals = try? totals() else { return "" }
        let (startedAt, startedWith) = state.withLock { ($0.startedAt, $0.startedWith) }
        return RunText.progress(totals, progress, since: startedWith, elapsed: environment.now() - startedAt, at: environment.now())
    }

    /// The bar, unless it stands there since less than a tenth of a second.
    private func draw(_ width: Int) {
        let now = environment.now()
        guard state.withLock({ $0.bar.isDue(at: now) }), let totals = try? totals() else { return }
        let text = state.withLock { state in
            guard !state.progress.isOver else { return state.bar.erase(width: width) }
            state.recent.add(totals.done, at: now)
            let bar = LiveBar(totals: totals, run: state.progress, recent: state.recent.measured, now: now)
            return state.bar.draw(bar.parts(width: width), width: width, isColoured: environment.hasColour, at: now)
        }
        environment.error.say(text)
    }

    private func say(_ line: String) {
        guard !line.isEmpty else { return }
        environment.error.say("\(erased())\(line)\n")
    }

    /// What takes the bar away before another line.
    private func erased() -> String {
        guard let width = environment.error.columns() else { return "" }
        return state.withLock { $0.bar.erase(width: width) }
    }

    private func totals() throws -> RunTotals { RunTotals(try queue.batchStatuses(in: scope)) }
}

/// The batches of a run, added up.
struct RunTotals: Hashable {
    var done = 0
    var total = 0
    var failed = 0
    var held = 0
    /// Captions of other batches.
    var reused = 0
    var tokens: Int?
    var cost: Money?
    /// What the remaining jobs are likely to cost; nil where there are none, or where that cannot be known of all of them.
    var restCost: Money?
    var remaining = 0

    init(_ batches: [BatchStatus]) {
        for batch in batches {
            total += batch.total - batch.count(.cancelled)
            failed += batch.count(.failed)
            held += batch.count(.held)
            reused += batch.reusedCaptions
            done += batch.count(.succeeded) + batch.count(.failed) + batch.count(.held)
            if let more = batch.usage.totalTokens { tokens = (tokens ?? 0) + more }
            if let more = batch.usage.cost { cost = (cost ?? .zero) + more }
            remaining += batch.remaining
        }
        let unfinished = batches.filter { $0.remaining > 0 }
        let costs = unfinished.compactMap(\.restCost)
        if !costs.isEmpty, costs.count == unfinished.count { restCost = costs.reduce(.zero, +) }
    }

    /// `≈ $4.12 for the remaining 9,980`.
    var rest: String? { restCost.map { BudgetText.remaining($0, of: remaining) } }
}

extension RunProgress {
    /// Whether this worker will do nothing more, though jobs are left.
    fileprivate var isOver: Bool {
        guard inFlight == 0 else { return false }
        let pauses = stops.count { stop in
            switch stop.refusal {
            case .paused, .budget: true
            case .slots, .until, .outage: false
            }
        }
        return isDraining || (pauses > 0 && pauses == stops.count)
    }
}
