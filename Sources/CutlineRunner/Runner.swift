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
    private var alarm: DispatchSourceTimer?
    private var heartbeat: DispatchSourceTimer?
    private var finish: CheckedContinuation<RunEnd, Never>?

    private enum Phase { case working, draining, failed(any Error), over }

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

    /// Works until nothing is left to do, or nothing can be done, or it is stopped.
    package func run() async -> RunEnd {
        await withCheckedContinuation { continuation in
            finish = continuation
            do {
                let replayed = try queue.replayRescueFile(now: clock.now())
                if replayed.broughtIn > 0 { report(.replayed(replayed.broughtIn)) }
                try rescue()
                try queue.resumeLanes(options.scope)
                changeCounter = try queue.changeCounter()
            } catch { return fail(error) }
            heartbeat = executor.queue.repeatingTimer(every: .seconds(1)) { [weak self] in self?.assumeIsolated { $0.beat() } }
            takeTurn()
        }
    }

    /// Claims nothing more and lets the running calls end.
    package func drain() {
        guard case .working = phase else { return }
        phase = .draining
        report(.draining(inFlight: calls.count))
        takeTurn()
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
        guard !isTurnDue else { return }
        isTurnDue = true
        executor.queue.async { [weak self] in self?.assumeIsolated { $0.takeTurn() } }
    }

    private func takeTurn() {
        isTurnDue = false
        switch phase {
        case .over: return
        case .failed: return endIfPossible()
        case .working, .draining: break
        }
        let settlements = ended
        do {
            let turn = try queue.turn(worker, request(settling: settlements))
            ended.removeFirst(settlements.count)
            hear(turn, of: settlements)
            for claim in turn.claims { send(claim) }
            setAlarm(at: turn.nextTry)
        } catch QueueError.workerGone {
            workerGone()
        } catch { return fail(error) }
        endIfPossible()
    }

    private func request(settling settlements: [Settlement]) -> TurnRequest {
        var limit = 0
        if case .working = phase { limit = max(0, options.callLimit - calls.count + settlements.count) }
        return TurnRequest(
            settlements: settlements, claimLimit: limit, scope: options.scope, lease: options.lease, now: clock.now(), jitter: clock.jitter)
    }

    private func hear(_ turn: Turn, of settlements: [Settlement]) {
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

    private func setAlarm(at time: Timestamp?) {
        alarm?.cancel()
        alarm = nil
        guard let time, case .working = phase else { return }
        let wait = max(1, (time - clock.now()).milliseconds)
        alarm = executor.queue.timer(after: .milliseconds(Int(min(wait, 60_000)))) { [weak self] in
            self?.assumeIsolated { $0.takeTurn() }
        }
    }

    /// Once a second: what other processes did, whether the wall clock has passed a due time, and, now and then, who died.
    private func beat() {
        ticks += 1
        report(.progress(progress))
        guard case .working = phase else { return }
        do {
            if ticks % 5 == 0 { try rescue() }
            let counter = try queue.changeCounter()
            let isDue = lastTurn.nextTry.map { $0 <= clock.now() } ?? false
            let isHeartbeat = ticks % 10 == 0
            guard counter != changeCounter || isDue || isHeartbeat else { return }
            changeCounter = counter
            takeTurn()
        } catch { fail(error) }
    }

    private func rescue() throws {
        let rescued = try queue.rescue(except: worker, now: clock.now())
        if rescued != Rescued() { report(.rescued(rescued)) }
    }

    private var progress: RunProgress {
        var isDraining = false
        if case .draining = phase { isDraining = true }
        return RunProgress(inFlight: calls.count, remaining: lastTurn.remaining, stops: lastTurn.stops, isDraining: isDraining)
    }

    // MARK: - Ends

    private func endIfPossible() {
        guard calls.isEmpty else {
            // After a failure of the queue the answers stay in memory until the last call has ended.
            if case .failed(let error) = phase, ended.count == calls.count { end(.queueFailed(error, saved: save())) }
            return
        }
        switch phase {
        case .working:
            if lastTurn.remaining == 0 { return end(.finished) }
            if let stops = hopelessStops { end(.paused(stops)) }
        case .draining: end(lastTurn.remaining == 0 ? .finished : .interrupted)
        case .failed(let error): end(.queueFailed(error, saved: save()))
        case .over: break
        }
    }

    /// The stops, if nothing but a person (or a long wait) can change them and nobody else is at work.
    private var hopelessStops: [LaneStop]? {
        guard lastTurn.queued > 0, lastTurn.remaining == lastTurn.queued else { return nil }
        let now = clock.now()
        let hopeless = lastTurn.stops.filter { stop in
            switch stop.refusal {
            case .paused: true
            case .slots: false
            case .until(let time, _): !options.waits && time > now + .seconds(60)
            }
        }
        return hopeless.count == lastTurn.lanesWithQueuedJobs ? hopeless : nil
    }

    /// Another worker declared this one dead: its jobs are others' now. What comes back is still stored.
    private func workerGone() {
        phase = .failed(QueueError.workerGone)
        settleRest()
    }

    private func settleRest() {
        guard !ended.isEmpty else { return }
        let settlements = ended
        do {
            hear(try queue.turn(worker, request(settling: settlements)), of: settlements)
            ended.removeFirst(settlements.count)
        } catch { phase = .failed(error) }
    }

    private func fail(_ error: any Error) {
        phase = .failed(error)
        alarm?.cancel()
        endIfPossible()
    }

    /// The last resort for answers that the queue would not take.
    private func save() -> String? {
        settleRest()
        guard !ended.isEmpty else { return nil }
        do { return try queue.saveForRescue(ended, by: worker).text } catch {
            phase = .failed(error)
            return nil
        }
    }

    private func end(_ end: RunEnd) {
        phase = .over
        alarm?.cancel()
        heartbeat?.cancel()
        report(.progress(progress))
        finish?.resume(returning: end)
        finish = nil
    }
}
