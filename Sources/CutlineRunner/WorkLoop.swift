import CutlineCore
import CutlineQueue
import SystemPackage

/// What a worker's loop asks of the queue.
package protocol WorkQueue {
    func turn(_ worker: Worker, _ request: TurnRequest) throws -> Turn
    func rescue(except worker: Worker?, now: Timestamp) throws -> Rescued
    func replayRescueFile(now: Timestamp) throws -> Replayed
    func resumeLanes(_ scope: Scope) throws
    func changeCounter() throws -> Int64
    /// Returns where they stand.
    func saveForRescue(_ settlements: [Settlement], by worker: Worker) throws -> FilePath
}

extension Queue: WorkQueue {}

/// What the loop wants done, to be carried out in this order.
package enum LoopEffect: Sendable {
    case send(Claim)
    /// Give these calls up.
    case cancel([AttemptID])
    /// Take a turn once everything that has happened already is told.
    case takeTurnSoon
    /// Ring the alarm at this time of the clock, and not at the one that was set before; nil: not at all.
    case wake(at: Timestamp?)
    /// Say when this much real time is over.
    case awaitGrace(Duration)
    case report(RunnerEvent)
    /// Nothing comes after it.
    case end(RunEnd)
}

/// A worker's decisions: when to turn to the queue, what to save beside it, and when and how a run ends. It is told what happened and
/// returns what is to be done; it has no threads, timers or tasks, and its clock is given.
package struct WorkLoop {
    private let queue: any WorkQueue
    private let worker: Worker
    private let options: RunnerOptions
    private let clock: RunnerClock

    private var phase = Phase.working
    private var isRunning = false
    /// Claimed and not settled.
    private var calls: [AttemptID: Claim] = [:]
    /// Of these, the ones that have ended, as they came.
    private var ended: [Settlement] = []
    private var isTurnDue = false
    private var lastTurn = Turn()
    private var changeCounter: Int64 = 0
    private var beats = 0
    /// When to look again even if no call ends.
    private var nextTry: Timestamp?
    /// After a call that could not even be sent (no descriptors, no memory) nothing is claimed until then.
    private var restsUntil: Timestamp?
    /// Batches of which it was said that the time for flex is over.
    private var toldOfFlex: Set<BatchID> = []
    /// Nil: no pictures are prepared.
    private var gate: DarkroomGate?
    private var saving = Saving()
    private var orders: [LoopEffect] = []

    private enum Phase { case working, draining, failed(any Error), over }

    /// What went beside the queue because the queue would not take it.
    private struct Saving {
        var path: String?
        var error: (any Error)?
    }

    package init(queue: any WorkQueue, worker: Worker, options: RunnerOptions, clock: RunnerClock) {
        self.queue = queue
        self.worker = worker
        gate = options.unpreparedLimit.map { DarkroomGate(limit: $0) }
        self.options = options
        self.clock = clock
    }
}

// MARK: - What happens

extension WorkLoop {
    /// To be called once; a stop that came before is obeyed.
    package mutating func start() -> [LoopEffect] {
        telling {
            $0.isRunning = true
            do {
                let replayed = try $0.queue.replayRescueFile(now: $0.clock.now())
                if replayed != Replayed() { $0.report(.replayed(replayed)) }
                for notice in replayed.actions { $0.report(.lane(notice)) }
                while try $0.rescue() {}
                try $0.queue.resumeLanes($0.options.scope)
                $0.changeCounter = try $0.queue.changeCounter()
            } catch { return $0.fail(error) }
            $0.takeTurn()
            // The first look, at once: a run of a second shows its start too.
            if $0.isRunning { $0.report(.progress($0.progress)) }
        }
    }

    /// The turn is taken behind all that has happened already, so that several calls that end at once share it.
    ///
    /// - Parameters:
    ///   - sentAt: when the request had left; nil: it is not known.
    ///   - inPlace: what stood in it in place of pictures.
    package mutating func callEnded(_ attempt: AttemptID, _ outcome: Outcome, sentAt: Timestamp? = nil, inPlace: [PictureInPlace] = [])
        -> [LoopEffect]
    {
        telling {
            guard let claim = $0.calls[attempt] else { return }
            let now = $0.clock.now()
            $0.ended.append(
                Settlement(
                    attempt: attempt, outcome: outcome, latency: now - claim.startedAt, sentAt: sentAt, endedAt: now,
                    inPlace: inPlace))
            if case .notSent = outcome { $0.restsUntil = now + .seconds(1) }
            $0.takeTurnSoon()
        }
    }

    /// Whether `callPassed` is to be told.
    package var preparesPictures: Bool { gate != nil }

    /// The pictures of a call wait no more to be prepared.
    package mutating func callPassed(_ attempt: AttemptID, wasPrepared: Bool) -> [LoopEffect] {
        telling {
            let wasShut = $0.gate?.room.map { $0 < Self.most } ?? false
            $0.gate?.passed(attempt, wasPrepared: wasPrepared)
            if wasShut, $0.isRunning { $0.takeTurnSoon() }
        }
    }

    /// The turn asked for by `takeTurnSoon`; another one may have come first.
    package mutating func turnIsDue() -> [LoopEffect] {
        telling { if $0.isTurnDue { $0.takeTurn() } }
    }

    package mutating func alarmRang() -> [LoopEffect] {
        telling { $0.takeTurn() }
    }

    /// At every beat: what other processes did, whether the wall clock has passed a due time, and, now and then, who died.
    package mutating func beat() -> [LoopEffect] {
        telling {
            guard $0.isRunning else { return }
            $0.beats += 1
            $0.report(.progress($0.progress))
            guard case .working = $0.phase else { return }
            do {
                // Changes that this process makes do not move the queue's counter.
                let hasRescued = $0.beats % 5 == 0 ? try $0.rescue() : false
                let counter = try $0.queue.changeCounter()
                let isDue = $0.isPastNextTry
                // Once a minute a turn is taken without a cause, should a change ever go unseen; one that finds nothing costs little.
                let isHeartbeat = $0.beats % 60 == 0
                guard hasRescued || counter != $0.changeCounter || isDue || isHeartbeat else { return }
                $0.changeCounter = counter
                $0.takeTurn()
            } catch { $0.fail(error) }
        }
    }

    /// Claims nothing more and lets the running calls end.
    package mutating func drain() -> [LoopEffect] {
        telling {
            guard case .working = $0.phase else { return }
            $0.phase = .draining
            $0.report(.draining(inFlight: $0.calls.count))
            $0.takeTurn()
            if let limit = $0.options.drainTimeout, $0.isRunning { $0.orders.append(.awaitGrace(limit)) }
        }
    }

    /// Gives the running calls up; those that were sent whole become unknown.
    package mutating func giveUp() -> [LoopEffect] {
        telling {
            if case .working = $0.phase { $0.phase = .draining }
            $0.orders.append(.cancel($0.calls.keys.sorted()))
            $0.takeTurn()
        }
    }

    private mutating func telling(_ event: (inout WorkLoop) -> Void) -> [LoopEffect] {
        event(&self)
        defer { orders = [] }
        return orders
    }

    private mutating func report(_ event: RunnerEvent) { orders.append(.report(event)) }
}

// MARK: - Turns

extension WorkLoop {
    private mutating func takeTurn() {
        isTurnDue = false
        // Before the start and after the end there is nobody to tell.
        guard isRunning else { return }
        if case .failed = phase {
            store()
            return endIfPossible()
        }
        let settlements = Array(ended.prefix(Self.most))
        do {
            let turn = try queue.turn(worker, request(settling: settlements))
            ended.removeFirst(settlements.count)
            observe(turn, of: settlements)
            for claim in turn.claims {
                calls[claim.attempt] = claim
                gate?.claimed(claim.attempt)
                orders.append(.send(claim))
                if claim.isPastFlex, toldOfFlex.insert(claim.batch).inserted { report(.flexIsOver(claim.batch)) }
            }
            setAlarm()
            if !ended.isEmpty || turn.claims.count == Self.most { takeTurnSoon() }
        } catch { return fail(error) }
        endIfPossible()
    }

    /// Settlements, and claims, of one turn, so that no transaction keeps other processes waiting for long.
    private static let most = 256

    private mutating func takeTurnSoon() {
        guard !isTurnDue else { return }
        isTurnDue = true
        orders.append(.takeTurnSoon)
    }

    private mutating func request(settling settlements: [Settlement]) -> TurnRequest {
        let now = clock.now()
        if let time = restsUntil, time <= now { restsUntil = nil }
        var limit = 0
        if case .working = phase, restsUntil == nil { limit = min(Self.most, max(0, options.callLimit - calls.count + settlements.count)) }
        if let room = gate?.room { limit = min(limit, room) }
        return TurnRequest(
            settlements: settlements, claimLimit: limit, scope: options.scope, lease: options.lease, flexLease: options.flexLease,
            now: clock.now, jitter: clock.jitter)
    }

    private mutating func observe(_ turn: Turn, of settlements: [Settlement]) {
        saveRejected(turn, of: settlements)
        for (settlement, settled) in zip(settlements, turn.settled) {
            gate?.ended(settlement.attempt)
            guard let claim = calls.removeValue(forKey: settlement.attempt) else { continue }
            report(.ended(claim, settlement.outcome, settled.effect))
        }
        for notice in turn.actions { report(.lane(notice)) }
        lastTurn = turn
    }

    /// With every call of this process in flight there is nothing to wake up for: an ended one is what is missing.
    private mutating func setAlarm() {
        // Behind a shut gate one that passes is missing.
        nextTry = calls.count < options.callLimit && gate?.room != 0 ? restsUntil ?? lastTurn.nextTry : nil
        if case .working = phase { orders.append(.wake(at: nextTry)) } else { orders.append(.wake(at: nil)) }
    }

    private var isPastNextTry: Bool { nextTry.map { $0 <= clock.now() } ?? false }

    /// Whether anything was taken back; then there may be more.
    private mutating func rescue() throws -> Bool {
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
}

// MARK: - Ends

extension WorkLoop {
    private mutating func endIfPossible() {
        guard isRunning else { return }
        switch phase {
        case .working where calls.isEmpty:
            if lastTurn.remaining == 0 { return end(.finished) }
            if let stops = hopelessStops { end(.paused(stops)) }
        case .draining where calls.isEmpty: end(lastTurn.remaining == 0 ? .finished : .interrupted)
        // Outcomes that could be stored nowhere are still among `calls`.
        case .failed(let error) where calls.count == ended.count: end(.queueFailed(lost(after: error) ?? error, saved: saving.path))
        case .working, .draining, .failed, .over: break
        }
    }

    /// The stops, if nothing but a person (or a long wait) can change them and nobody else is at work.
    private var hopelessStops: [LaneStop]? {
        guard lastTurn.lanesWithQueuedJobs > 0, lastTurn.remaining == lastTurn.queued else { return nil }
        let now = clock.now()
        // A lane may bring several stops, of its budgets and its models.
        let lanes = Dictionary(grouping: lastTurn.stops, by: \.lane).values
        let areHopeless = lanes.count == lastTurn.lanesWithQueuedJobs && lastTurn.stops.allSatisfy { isHopeless($0.refusal, at: now) }
        return areHopeless ? lastTurn.stops : nil
    }

    private func isHopeless(_ refusal: LaneRefusal, at now: Timestamp) -> Bool {
        switch refusal {
        case .paused, .budget: true
        case .slots: false
        // A run that is not to wait ends when three probes of an outage have failed: then the next one is more than 30 s away.
        case .outage(let outage): !options.waits && outage.nextTry > now + .seconds(30)
        case .until(_, .secondLook): false
        case .until(let time, .limit), .until(let time, .pace), .until(let time, .provider):
            !options.waits && time > now + .seconds(60)
        }
    }

    private mutating func end(_ end: RunEnd) {
        report(.progress(progress))
        (phase, isRunning) = (.over, false)
        orders.append(.end(end))
    }
}

// MARK: - When the queue fails

extension WorkLoop {
    /// The end begins: nothing more is claimed, and what comes back is still stored, also after another worker has declared this one dead.
    private mutating func fail(_ error: any Error) {
        phase = .failed(error)
        orders.append(.wake(at: nil))
        store()
        endIfPossible()
    }

    /// Brings the answers to the queue once more, else saves them beside it, at once: nobody knows how long the last call takes.
    private mutating func store() {
        let settlements = ended
        guard !settlements.isEmpty else { return }
        do {
            let turn = try queue.turn(worker, request(settling: settlements))
            ended = []
            observe(turn, of: settlements)
        } catch {
            // The queue's own error is known already; from now on only the rescue file matters.
            guard save(settlements) else { return }
            ended = []
            for settlement in settlements { calls[settlement.attempt] = nil }
        }
    }

    /// An answer that the schema refuses must not get lost either.
    private mutating func saveRejected(_ turn: Turn, of settlements: [Settlement]) {
        let rejected = zip(settlements, turn.settled).compactMap { $1.isRejected ? $0 : nil }
        guard !rejected.isEmpty, !save(rejected), let error = saving.error else { return }
        phase = .failed(LostAnswers(count: rejected.count, cause: "the queue refused them", saveError: "\(error)"))
    }

    private mutating func save(_ settlements: [Settlement]) -> Bool {
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
}
