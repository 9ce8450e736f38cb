import CutlineCore
import CutlineQueue
@testable import CutlineSQLite
import SystemPackage
import TestQueues
import TestSupport

@testable import CutlineQueue
@testable import CutlineRunner

/// A rule that did not hold.
struct SimulationFailure: Error, CustomStringConvertible {
    var rule: String
    var detail = ""
    var description: String { detail.isEmpty ? rule : "\(rule): \(detail)" }
}

/// Rules that did not hold at the end of a life.
struct SimulationFailures: Error, CustomStringConvertible {
    var all: [SimulationFailure]
    var description: String { all.map(\.description).joined(separator: "; and ") }
}

/// One machine with one queue, some processes that work on it and a provider, all in virtual time on one thread. The queue, its rules and
/// the workers' loops are the real ones.
final class Simulation {
    private(set) var plan: SimulationPlan
    let sabotage: Sabotage?
    let clock = VirtualClock()
    let folder = TemporaryFolder(inMemory: true)
    /// Looks on, and is no worker.
    let monitor: Queue
    var chance: Chance
    var schedule = Schedule()
    var provider: VirtualProvider
    /// By number; those that are over are nil.
    var workers: [VirtualWorker?] = []
    var batches: [BatchID: SimulationPlan.BatchPlan] = [:]
    var healedAt: Timestamp?
    var isDiskFull = false
    /// At the end somebody pays for the rest.
    var areBudgetsLifted = false
    var jumps: [(at: Timestamp, by: Duration)] = []
    /// Captions that the queue or the file beside it acknowledged.
    var acknowledged: Set<AttemptID> = []
    var states: [Int64: JobState] = [:]
    /// Jobs that a lane gave back to the queue.
    var recalled: Set<Int64> = []
    /// What a turn did that it must not; the worker would take an error for a fault of the queue.
    var unlawfulClaim: SimulationFailure?
    /// Whether the queue may have changed since the states were looked at.
    var mayHaveChanged = true
    var steps = 0
    /// When processes began, in real time.
    var starts: [Timestamp] = []
    /// When each outage began and ended, by its number in the plan, in real time.
    var outages: [Int: (began: Timestamp, ended: Timestamp?)] = [:]
    /// What was seen of a calm world, once a second.
    var samples: [ThroughputSample] = []
    /// What each lane's provider took, and from when on.
    var capacityChanges: [(at: Timestamp, rule: Capacity.Rule)] = []
    /// Runs of a calm world that gave up while it was not healed, and why.
    var givenUp: [(at: Timestamp, stops: [LaneStop], unfinished: Int)] = []
    var unfinishedAtHealing: String?
    private var trace: [(Timestamp, Happening)] = []

    static let longestRecovery = Duration.seconds(6 * 3_600)
    static let beginning = VirtualClock().now()

    init(seed: UInt64, sabotage: Sabotage? = nil) throws {
        plan = SimulationPlan(seed: seed)
        self.sabotage = sabotage
        chance = Chance(seed: seed &* 31 &+ 7)
        provider = VirtualProvider(plan: plan)
        monitor = try Self.emptyQueue(in: folder)
        try fill()
        for (delay, happening) in plan.events { schedule.add(happening, at: clock.real + delay) }
    }

    /// Runs to the end, or to the first rule that does not hold.
    func run() throws {
        while let (time, happening) = schedule.next() {
            clock.advance(to: time)
            steps += 1
            if trace.count == 60 { trace.removeFirst() }
            trace.append((time, happening))
            try happen(happening)
            try checkStep(happening)
            if try isOver() { return try checkEnd() }
            guard steps < (plan.isCalm ? 100_000 : 30_000), healedAt.map({ clock.real - $0 < Self.longestRecovery }) ?? true else {
                throw SimulationFailure(rule: "with everything healed the work ends", detail: try unfinished())
            }
        }
        throw SimulationFailure(rule: "somebody has something to do until the end", detail: try unfinished())
    }

    /// What a person needs who looks for the cause.
    var report: String {
        let lines = trace.map { "  \(($0.0 - Self.beginning).milliseconds) ms: \($0.1)".prefix(300) }
        return "\(plan)\nlast steps of \(steps):\n\(lines.joined(separator: "\n"))"
    }

    private func isOver() throws -> Bool {
        guard healedAt != nil, workers.allSatisfy({ $0 == nil }) else { return false }
        return try remaining() == 0
    }

    func plan(_ happening: Happening, after delay: Duration) { schedule.add(happening, at: clock.real + delay) }

    // MARK: - Processes

    private func startWorker() throws {
        guard healedAt != nil || starts.count < 40 else { return }
        starts.append(clock.real)
        let queue = FaultyQueue(
            try monitor.again(at: clock.now()), sabotage: sabotage, choose: { [unowned self] in fault(writes: $0) },
            arm: { [unowned self] in try arm($0) }, took: { [unowned self] in try noticeTurn($0, $1) },
            wrote: { [unowned self] in mayHaveChanged = true },
            isFileBroken: { [unowned self] in healedAt == nil && chance.happens(plan.faults.lostAnswers) })
        let worker = try queue.queue.startWorker(token: "worker-\(workers.count)", host: "here", pid: 1, now: clock.now())
        let jitter = JitterSource(seed: plan.seed &+ UInt64(workers.count))
        let loop = WorkLoop(
            queue: queue, worker: worker, options: plan.options,
            clock: RunnerClock(now: clock.now, jitter: jitter.next, beat: plan.beat))
        let process = VirtualWorker(number: workers.count, queue: queue, worker: worker, loop: loop)
        workers.append(process)
        plan(.worker(process.number, .beat), after: plan.beat)
        try perform(process.loop.start(), of: process)
    }

    /// What happened in the queue, whether its worker hears of it or not.
    private func noticeTurn(_ claims: [Claim], _ notices: [LaneNotice]) throws {
        try checkUrgency(of: claims)
        for case .recalled(let jobs) in notices.map(\.action) { recalled.formUnion(jobs.map(\.number)) }
    }

    /// The kernel frees its lock; what it sent goes on without it.
    func remove(_ process: VirtualWorker, startsAgain: Bool = true) {
        workers[process.number] = nil
        if startsAgain { plan(.start, after: chance.milliseconds(10...30_000)) }
    }

    /// The one of this number, or, where that is over or has not come yet, any other one.
    private func living(_ number: Int) -> VirtualWorker? {
        if number < workers.count, let process = workers[number] { return process }
        let living = workers.compactMap(\.self)
        return living.isEmpty ? nil : living[number % living.count]
    }

    private func happen(_ happening: Happening) throws {
        switch happening {
        case .start: try startWorker()
        case .worker(let number, let stimulus): if let process = workers[number] { try notice(stimulus, process) }
        case .crash(let number): if healedAt == nil, let process = living(number) { remove(process) }
        case .stop(let number, let time):
            guard healedAt == nil, let process = living(number), process.inbox == nil else { return }
            process.inbox = []
            plan(.wake(process.number), after: time)
        case .wake(let number): if let process = workers[number] { try wake(process) }
        case .signal(let number): if healedAt == nil, let process = living(number) { try signal(process) }
        case .setClock(let jump):
            clock.set(by: jump)
            jumps.append((clock.real, jump))
        case .disk(let isFull): isDiskFull = isFull
        case .mood(let mood): if healedAt == nil { provider.mood = mood }
        case .outage(let number, let isOver): changeOutage(number, isOver: isOver)
        case .stray(let lane, let status): if hasAnswered(lane) { provider.strays[lane] = status }
        case .capacity(let lane, let rule):
            provider.setCapacity(rule, ofLane: lane)
            capacityChanges.append((clock.real, rule))
        case .look: try look()
        case .heal: try heal()
        }
    }

    private func changeOutage(_ number: Int, isOver: Bool) {
        guard isOver else {
            outages[number] = (clock.real, nil)
            provider.outages.insert(number)
            return
        }
        outages[number]?.ended = clock.real
        provider.outages.remove(number)
    }

    /// Whether a single refusal is one among good answers.
    private func hasAnswered(_ lane: Int) -> Bool {
        provider.calls.values.contains { $0.lane == lane && $0.heardAt != nil && $0.script?.cause == .mood(.well) }
    }

    private func wake(_ process: VirtualWorker) throws {
        guard let inbox = process.inbox else { return }
        process.inbox = nil
        for stimulus in inbox where workers[process.number] != nil { try notice(stimulus, process) }
    }

    private func signal(_ process: VirtualWorker) throws {
        process.signals += 1
        if process.inbox != nil { return }
        try perform(process.signals == 1 ? process.loop.drain() : process.loop.giveUp(), of: process)
    }

    private func heal() throws {
        healedAt = clock.real
        if plan.isCalm { unfinishedAtHealing = try unfinishedOfCalmWorld() }
        (provider.mood, isDiskFull) = (.well, false)
        try liftDays()
        for process in workers.compactMap(\.self) { try wake(process) }
        if workers.allSatisfy({ $0 == nil }) { plan(.start, after: .seconds(1)) }
    }

    /// Nobody waits for another day here.
    private func liftDays() throws {
        try checkLimits()
        for (number, lane) in plan.lanes.enumerated() {
            let requests = lane.limits[.requests].filter { $0.resets == nil }
            guard requests != lane.limits[.requests] else { continue }
            plan.lanes[number].limits.windows[.requests] = requests.isEmpty ? nil : requests
            try monitor.write { db in
                let id = try Int64.fetchOne(db, sql: "SELECT id FROM lanes WHERE name = ?", arguments: ["lane \(number)"])
                if let id { try Queue.adopt(self.plan.lanes[number].limits, by: id, db, at: self.clock.now()) }
            }
        }
    }

    private func liftBudgets() throws {
        try checkBudgets()
        areBudgetsLifted = true
        try monitor.adjust(
            .all, limits: Limits(), maxAttempts: nil, onUnknown: nil,
            budget: BudgetChange(maxCost: BudgetChange.Cap.none, maxTokens: BudgetChange.Cap.none), now: clock.now())
    }

    // MARK: - What a process notices

    private func notice(_ stimulus: Stimulus, _ process: VirtualWorker) throws {
        if process.inbox != nil {
            process.inbox?.append(stimulus)
            return
        }
        switch stimulus {
        case .beat:
            plan(.worker(process.number, .beat), after: plan.beat)
            try perform(process.loop.beat(), of: process)
        case .turnDue: try perform(process.loop.turnIsDue(), of: process)
        case .alarm(let number): if number == process.alarm { try perform(process.loop.alarmRang(), of: process) }
        case .graceOver: try perform(process.loop.giveUp(), of: process)
        case .callStarts(let attempt): try startCall(attempt, of: process)
        case .lastPiece(let attempt): try handOver(attempt, of: process)
        case .deadline(let attempt): try endAtDeadline(attempt, of: process)
        case .callEnds(let attempt, let outcome): try endCall(attempt, outcome, of: process)
        }
    }

    func perform(_ orders: [LoopEffect], of process: VirtualWorker) throws {
        guard !process.queue.hasCrashed else { return remove(process) }
        for order in orders {
            switch order {
            case .send(let claim): try send(claim, of: process)
            case .cancel(let attempts): for attempt in attempts { try cancel(attempt, of: process) }
            case .takeTurnSoon: plan(.worker(process.number, .turnDue), after: chance.milliseconds(0...20))
            case .wake(let time):
                process.alarm += 1
                guard let time else { continue }
                let wait = min(max(.milliseconds(1), time - clock.now()), .seconds(60))
                plan(.worker(process.number, .alarm(process.alarm)), after: wait)
            case .awaitGrace(let limit): plan(.worker(process.number, .graceOver), after: limit)
            case .report(let event): try observe(event, of: process)
            case .end(let end): try self.end(process, end)
            }
        }
    }

    private func end(_ process: VirtualWorker, _ end: RunEnd) throws {
        try checkEnd(of: process, end)
        var isFinished = false
        switch end {
        case .queueFailed: break
        case .finished, .paused, .interrupted:
            if case .finished = end { isFinished = true }
            if case .paused(let stops) = end, plan.isCalm, healedAt == nil {
                givenUp.append((clock.real, stops, try remaining(besidesMisspelt: true)))
            }
            if case .paused(let stops) = end, healedAt != nil, stops.allSatisfy({ $0.isBudget }) { try liftBudgets() }
            // A process that cannot sign off just ends; the next one finds its lock free.
            try? process.queue.endWorker(process.worker, now: clock.now())
        }
        remove(process, startsAgain: !isFinished)
    }
}

extension LaneStop {
    var isBudget: Bool { if case .budget = refusal { true } else { false } }
}
