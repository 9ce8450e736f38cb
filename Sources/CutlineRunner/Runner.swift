import CutlineCore
import CutlineQueue
import Dispatch

/// The worker pool: slots, not threads. An actor on a private serial Dispatch queue talks to the queue in turns; the calls
/// themselves are asynchronous, so a thousand in flight need no thread of their own.
package actor Runner {
    private let executor = DispatchExecutor(label: "cutline.runner")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let queue: Queue
    private let worker: Worker
    private let options: RunnerOptions
    private let clock: RunnerClock
    private let call: @Sendable (Claim) async -> Outcome
    private let report: @Sendable (RunnerEvent) -> Void

    private var calls: [AttemptID: (claim: Claim, task: Task<Void, Never>)] = [:]
    private var ended: [Settlement] = []
    private var phase = Phase.working
    private var isTurnDue = false
    private var lastTurn = Turn()
    private var changeCounter = 0
    private var ticks = 0
    /// When to look again even if no call ends.
    private var nextTry: Timestamp?
    /// After a call that could not even be sent (no descriptors, no memory) nothing is claimed until then.
    private var restsUntil: Timestamp?
    private var saving = Saving()
    private var alarm: DispatchSourceTimer?
    /// When running calls are given up while draining.
    private var graceEnd: DispatchSourceTimer?
    private var heartbeat: DispatchSourceTimer?
    private var finish: CheckedContinuation<RunEnd, Never>?

    private enum Phase { case working, draining, failed(any Error), over }

    /// What went beside the queue because the queue would not take it.
    private struct Saving {
        var path: String?
        var error: (any Error)?
    }

    /// - Parameters:
    ///   - call: sends one claimed job and says what came of it; it ends early when its task is cancelled.
    ///   - report: hears of events in order, on the runner's own queue; it must not block.
    package init(
        queue: Queue, worker: Worker, options: RunnerOptions, clock: RunnerClock,
        call: @escaping @Sendable (Claim) async -> Outcome, report: @escaping @Sendable (RunnerEvent) -> Void
    ) {
        self.queue = queue
        self.worker = worker
        self.options = options
        self.clock = clock
        self.call = call
        self.report = report
    }

    /// Works until nothing is left to do, or nothing can be done, or it is stopped; a stop that came before is obeyed. To be called once.
    package func run() async -> RunEnd {
        await withCheckedContinuation { continuation in
            finish = continuation
            do {
                let replayed = try queue.replayRescueFile(now: clock.now())
                if replayed.broughtIn > 0 { report(.replayed(replayed.broughtIn)) }
                while try rescue() {}
                try queue.resumeLanes(options.scope)
                changeCounter = try queue.changeCounter()
            } catch { return fail(error) }
            heartbeat = executor.queue.repeatingTimer(every: .milliseconds(Int(clock.beat.milliseconds))) { [weak self] in
                self?.assumeIsolated { $0.beat() }
            }
            takeTurn()
            // The first look, at once: a run of a second shows its start too.
            if finish != nil { report(.progress(progress)) }
        }
    }

    /// Claims nothing more and lets the running calls end.
    package func drain() {
        guard case .working = phase else { return }
        phase = .draining
        report(.draining(inFlight: calls.count))
        takeTurn()
        guard let limit = options.drainTimeout, finish != nil else { return }
        graceEnd = executor.queue.timer(after: .milliseconds(Int(limit.milliseconds))) { [weak self] in
            self?.assumeIsolated { $0.giveUp() }
        }
    }

    /// Gives the running calls up; those that were sent whole become unknown.
    package func giveUp() {
        if case .working = phase { phase = .draining }
        for (_, task) in calls.values { task.cancel() }
        takeTurn()
    }

    // MARK: - Turns

    /// Several calls that end at once share one turn: it stands at the end of the line.
    private func callEnded(_ claim: Claim, _ outcome: Outcome) {
        let now = clock.now()
        ended.append(Settlement(attempt: claim.attempt, outcome: outcome, latency: now - claim.startedAt, endedAt: now))
        if case .notSent = outcome { restsUntil = now + .seconds(1) }
        guard !isTurnDue else { return }
        isTurnDue = true
        executor.queue.async { [weak self] in self?.assumeIsolated { if $0.isTurnDue { $0.takeTurn() } } }
    }

    private func takeTurn() {
        isTurnDue = false
        // Before the start and after the end there is nobody to tell.
        guard finish != nil else { return }
        if case .failed = phase {
            store()
            return endIfPossible()
        }
        let settlements = ended
        do {
            let turn = try queue.turn(worker, request(settling: settlements))
            ended.removeFirst(settlements.count)
            hear(turn, of: settlements)
            for claim in turn.claims { send(claim) }
            setAlarm()
        } catch { return fail(error) }
        endIfPossible()
    }

    private func request(settling settlements: [Settlement]) -> TurnRequest {
        let now = clock.now()
        if let time = restsUntil, time <= now { restsUntil = nil }
        var limit = 0
        if case .working = phase, restsUntil == nil { limit = max(0, options.callLimit - calls.count + settlements.count) }
        return TurnRequest(
            settlements: settlements, claimLimit: limit, scope: options.scope, lease: options.lease, now: now, jitter: clock.jitter)
    }

    private func hear(_ turn: Turn, of settlements: [Settlement]) {
        saveRejected(turn, of: settlements)
        for (settlement, settled) in zip(settlements, turn.settled) {
            guard let (claim, _) = calls.removeValue(forKey: settlement.attempt) else { continue }
            report(.ended(claim, settlement.outcome, settled.effect))
        }
        for notice in turn.actions { report(.lane(notice)) }
        lastTurn = turn
    }

    private func send(_ claim: Claim) {
        let call = self.call
        let task = Task.detached { [weak self] in
            let outcome = await call(claim)
            await self?.callEnded(claim, outcome)
        }
        calls[claim.attempt] = (claim, task)
    }

    // MARK: - Time

    /// With every call of this process in flight there is nothing to wake up for: an ended one is what is missing.
    private func setAlarm() {
        alarm?.cancel()
        alarm = nil
        nextTry = calls.count < options.callLimit ? restsUntil ?? lastTurn.nextTry : nil
        guard let time = nextTry, case .working = phase else { return }
        let wait = max(1, (time - clock.now()).milliseconds)
        alarm = executor.queue.timer(after: .milliseconds(Int(min(wait, 60_000)))) { [weak self] in
            self?.assumeIsolated { $0.takeTurn() }
        }
    }

    /// At every beat: what other processes did, whether the wall clock has passed a due time, and, now and then, who died.
    private func beat() {
        ticks += 1
        report(.progress(progress))
        guard case .working = phase else { return }
        do {
            // Our own changes do not move the counter.
            let hasRescued = ticks % 5 == 0 ? try rescue() : false
            let counter = try queue.changeCounter()
            let isDue = nextTry.map { $0 <= clock.now() } ?? false
            let isHeartbeat = ticks % 10 == 0
            guard hasRescued || counter != changeCounter || isDue || isHeartbeat else { return }
            changeCounter = counter
            takeTurn()
        } catch { fail(error) }
    }

    /// Whether anything was taken back; then there may be more.
    private func rescue() throws -> Bool {
        let rescued = try queue.rescue(except: worker, now: clock.now())
        guard rescued != Rescued() else { return false }
        report(.rescued(rescued))
        return true
    }

    private var progress: RunProgress {
        var isDraining = false
        if case .draining = phase { isDraining = true }
        return RunProgress(inFlight: calls.count, remaining: lastTurn.remaining, stops: lastTurn.stops, isDraining: isDraining)
    }

    // MARK: - Ends

    private func endIfPossible() {
        switch phase {
        case .working where calls.isEmpty:
            if lastTurn.remaining == 0 { return end(.finished) }
            if let stops = hopelessStops { end(.paused(stops)) }
        case .draining where calls.isEmpty: end(lastTurn.remaining == 0 ? .finished : .interrupted)
        // What could be stored nowhere is still among the calls.
        case .failed(let error) where calls.count == ended.count: end(.queueFailed(lost(after: error) ?? error, saved: saving.path))
        case .working, .draining, .failed, .over: break
        }
    }

    /// The stops, if nothing but a person (or a long wait) can change them and nobody else is at work.
    private var hopelessStops: [LaneStop]? {
        guard lastTurn.lanesWithQueuedJobs > 0, lastTurn.remaining == lastTurn.queued else { return nil }
        let now = clock.now()
        let hopeless = lastTurn.stops.filter { stop in
            switch stop.refusal {
            case .paused, .budget: true
            case .slots: false
            case .until(let time, _): !options.waits && time > now + .seconds(60)
            }
        }
        // A lane may bring several budgets that are used up.
        return Set(hopeless.map(\.lane)).count == lastTurn.lanesWithQueuedJobs ? hopeless : nil
    }

    // MARK: - When the queue fails

    /// The end begins: nothing more is claimed, and what comes back is still stored, also after another worker has declared this one dead.
    private func fail(_ error: any Error) {
        phase = .failed(error)
        alarm?.cancel()
        store()
        endIfPossible()
    }

    /// Brings the answers to the queue once more, else saves them beside it, at once: nobody knows how long the last call takes.
    private func store() {
        let settlements = ended
        guard !settlements.isEmpty else { return }
        do {
            let turn = try queue.turn(worker, request(settling: settlements))
            ended = []
            hear(turn, of: settlements)
        } catch {
            // Why the queue fails is known already; what counts now is the file.
            guard save(settlements) else { return }
            ended = []
            for settlement in settlements { calls[settlement.attempt] = nil }
        }
    }

    /// An answer that the schema refuses must not get lost either.
    private func saveRejected(_ turn: Turn, of settlements: [Settlement]) {
        let rejected = zip(settlements, turn.settled).compactMap { settlement, settled in
            if case .rejected = settled.effect { settlement } else { nil }
        }
        guard !rejected.isEmpty, !save(rejected), let error = saving.error else { return }
        phase = .failed(LostAnswers(count: rejected.count, cause: "the queue refused them", saveError: "\(error)"))
    }

    private func save(_ settlements: [Settlement]) -> Bool {
        do {
            saving.path = try queue.saveForRescue(settlements, by: worker).text
            return true
        } catch {
            saving.error = error
            return false
        }
    }

    private func lost(after error: any Error) -> LostAnswers? {
        guard !ended.isEmpty, let saveError = saving.error else { return nil }
        return LostAnswers(count: ended.count, cause: "\(error)", saveError: "\(saveError)")
    }

    private func end(_ end: RunEnd) {
        guard let finish else { return }
        phase = .over
        for timer in [alarm, heartbeat, graceEnd] { timer?.cancel() }
        report(.progress(progress))
        self.finish = nil
        finish.resume(returning: end)
    }
}
