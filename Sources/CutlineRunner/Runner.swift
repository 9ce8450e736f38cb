import CutlineCore
import CutlineProvider
import CutlineQueue
import Dispatch

/// The worker pool: slots, not threads. An actor on a private serial Dispatch queue, which also waits for the queue's turns; the calls
/// themselves are asynchronous, so a thousand in flight need no thread of their own. What it does is decided by its `WorkLoop`.
package actor Runner {
    private let executor = DispatchExecutor(label: "cutline.runner")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var loop: WorkLoop
    private let clock: RunnerClock
    private let call: @Sendable (Claim, CallProgress) async -> Outcome
    private let report: @Sendable (RunnerEvent) -> Void

    /// The calls that have not ended.
    private var calls: [AttemptID: Task<Void, Never>] = [:]
    private var alarm: DispatchSourceTimer?
    /// When running calls are given up while draining.
    private var graceEnd: DispatchSourceTimer?
    private var heartbeat: DispatchSourceTimer?
    private var finish: CheckedContinuation<RunEnd, Never>?

    /// - Parameters:
    ///   - call: sends one claimed job and says what came of it; it ends early when its task is cancelled.
    ///   - report: hears of events in order, on the runner's own queue, after what was claimed has left; it must not block.
    package init(
        queue: Queue, worker: Worker, options: RunnerOptions, clock: RunnerClock,
        call: @escaping @Sendable (Claim, CallProgress) async -> Outcome, report: @escaping @Sendable (RunnerEvent) -> Void
    ) {
        loop = WorkLoop(queue: queue, worker: worker, options: options, clock: clock)
        self.clock = clock
        self.call = call
        self.report = report
    }

    /// Works until nothing is left to do, or nothing can be done, or it is stopped; a stop that came before is obeyed. To be called once.
    package func run() async -> RunEnd {
        await withCheckedContinuation { continuation in
            finish = continuation
            perform(loop.start())
            guard finish != nil else { return }
            heartbeat = executor.queue.repeatingTimer(every: .milliseconds(Int(clock.beat.milliseconds))) { [weak self] in
                self?.assumeIsolated { $0.perform($0.loop.beat()) }
            }
        }
    }

    /// Claims nothing more and lets the running calls end.
    package func drain() { perform(loop.drain()) }

    /// Gives the running calls up; those that were sent whole become unknown.
    package func giveUp() { perform(loop.giveUp()) }

    private func perform(_ orders: [LoopEffect]) {
        // Calls are sent before anything is reported, so that no report holds one up.
        for order in orders.filter(\.isSend) + orders.filter({ !$0.isSend }) {
            switch order {
            case .send(let claim): send(claim)
            case .cancel(let attempts): for attempt in attempts { calls[attempt]?.cancel() }
            case .takeTurnSoon:
                executor.queue.async { [weak self] in self?.assumeIsolated { $0.perform($0.loop.turnIsDue()) } }
            case .wake(let time): setAlarm(time)
            case .awaitGrace(let limit): awaitGrace(limit)
            case .report(let event): report(event)
            case .end(let end): self.end(end)
            }
        }
    }

    private func send(_ claim: Claim) {
        let (call, progress) = (self.call, self.progress(of: claim.attempt))
        calls[claim.attempt] = Task.detached { [weak self] in
            let outcome = await call(claim, progress)
            await self?.callEnded(claim.attempt, outcome, sentAt: progress.handedOverAt, inPlace: progress.inPlace)
        }
    }

    private func progress(of attempt: AttemptID) -> CallProgress {
        guard loop.preparesPictures else { return CallProgress(now: clock.now) }
        return CallProgress(now: clock.now) { [weak self] wasPrepared in
            guard let self else { return }
            executor.queue.async {
                self.assumeIsolated { $0.perform($0.loop.callPassed(attempt, wasPrepared: wasPrepared)) }
            }
        }
    }

    private func callEnded(_ attempt: AttemptID, _ outcome: Outcome, sentAt: Timestamp?, inPlace: [PictureInPlace]) {
        calls[attempt] = nil
        perform(loop.callEnded(attempt, outcome, sentAt: sentAt, inPlace: inPlace))
    }

    private func setAlarm(_ time: Timestamp?) {
        alarm?.cancel()
        alarm = nil
        guard let time else { return }
        let wait = max(1, (time - clock.now()).milliseconds)
        alarm = executor.queue.timer(after: .milliseconds(Int(min(wait, 60_000)))) { [weak self] in
            self?.assumeIsolated { $0.perform($0.loop.alarmRang()) }
        }
    }

    private func awaitGrace(_ limit: Duration) {
        graceEnd = executor.queue.timer(after: .milliseconds(Int(limit.milliseconds))) { [weak self] in
            self?.assumeIsolated { $0.perform($0.loop.giveUp()) }
        }
    }

    private func end(_ end: RunEnd) {
        for timer in [alarm, heartbeat, graceEnd] { timer?.cancel() }
        finish?.resume(returning: end)
        finish = nil
    }
}

extension LoopEffect {
    fileprivate var isSend: Bool { if case .send = self { true } else { false } }
}
