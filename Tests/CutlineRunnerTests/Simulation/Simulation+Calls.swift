import CutlineCore
import CutlineQueue
import Synchronization

@testable import CutlineRunner

/// Chance for a loop, which asks for it from inside a transaction.
final class JitterSource: Sendable {
    private let chance: Mutex<Chance>

    init(seed: UInt64) { chance = Mutex(Chance(seed: seed)) }

    @Sendable func next() -> Double { chance.withLock { $0.fraction() } }
}

/// A call's way to the provider and back, as the process sees it.
extension Simulation {
    func send(_ claim: Claim, of process: VirtualWorker) throws {
        let batch = batches[claim.batch]!
        let lane = claim.route == .own ? batch.lane : batch.fallback!
        provider.calls[claim.attempt] = ProviderCall(
            claim: claim, worker: process.number, lane: lane, tokens: batch.tokens, claimedAt: clock.real)
        process.flights[claim.attempt] = VirtualWorker.Flight(claim: claim)
        let isSlow = healedAt == nil && chance.happens(plan.faults.slowStart)
        plan(.worker(process.number, .callStarts(claim.attempt)), after: isSlow ? chance.seconds(1...100) : chance.milliseconds(0...50))
        // Somewhere between the claim and the answer.
        guard healedAt == nil else { return }
        if chance.happens(plan.faults.crashInCall) { plan(.crash(process.number), after: chance.milliseconds(0...6_000)) }
        if chance.happens(plan.faults.stopInCall) {
            plan(.stop(process.number, chance.seconds(60...200)), after: chance.milliseconds(0...300))
        }
    }

    func startCall(_ attempt: AttemptID, of process: VirtualWorker) throws {
        guard let flight = process.flights[attempt] else { return }
        guard sabotage == .trust || flight.claim.trust(timeout: plan.options.timeout).maySend(at: clock.now()) else {
            return try endCall(attempt, .notSent("too late to be sent"), of: process)
        }
        let lane = provider.calls[attempt]!.lane
        let script = provider.script(
            for: flight.claim, of: batches[flight.claim.batch]!, lane: lane, isHealed: healedAt != nil, at: clock.real, &chance)
        provider.calls[attempt]?.script = script
        plan(.worker(process.number, .deadline(attempt)), after: plan.options.timeout)
        if case .fails(let failure, let delay) = script.ending {
            plan(.worker(process.number, .callEnds(attempt, .failure(failure))), after: delay)
        } else {
            plan(.worker(process.number, .lastPiece(attempt)), after: script.upload)
        }
    }

    func handOver(_ attempt: AttemptID, of process: VirtualWorker) throws {
        guard let flight = process.flights[attempt], let script = provider.calls[attempt]?.script else { return }
        guard sabotage == .trust || flight.claim.trust(timeout: plan.options.timeout).mayFinish(at: clock.now()) else {
            return try endCall(attempt, .notSent("too late to be sent"), of: process)
        }
        process.flights[attempt]?.handedOverAt = clock.now()
        provider.calls[attempt]?.handedOverAt = clock.real
        try checkHandOver(provider.calls[attempt]!)
        guard case .answers(let outcome, let delay) = script.ending else { return }
        plan(.worker(process.number, .callEnds(attempt, outcome)), after: delay)
        // Now and then it is heard twice.
        if chance.happens(0.05) { plan(.worker(process.number, .callEnds(attempt, outcome)), after: delay + .milliseconds(5)) }
    }

    func endAtDeadline(_ attempt: AttemptID, of process: VirtualWorker) throws {
        guard let flight = process.flights[attempt] else { return }
        let failure = Failure(.timeout, "no answer in time", billed: flight.isHandedOver ? .unknown : .no)
        try endCall(attempt, flight.isHandedOver ? .unknown(failure) : .failure(failure), of: process)
    }

    func cancel(_ attempt: AttemptID, of process: VirtualWorker) throws {
        guard let flight = process.flights[attempt] else { return }
        let outcome =
            flight.isHandedOver ? Outcome.unknown(Failure(.cancelled, "stopped", billed: .unknown)) : .notSent("stopped")
        plan(.worker(process.number, .callEnds(attempt, outcome)), after: chance.milliseconds(0...10))
    }

    func endCall(_ attempt: AttemptID, _ outcome: Outcome, of process: VirtualWorker) throws {
        let flight = process.flights.removeValue(forKey: attempt)
        let isNew = flight != nil
        if isNew { provider.calls[attempt]?.heardAt = clock.real }
        if isNew, case .notSent = outcome { provider.calls[attempt]?.isTakenBack = true }
        let outcome = outcome.priced(with: SimulationPlan.BatchPlan.price, images: 1)
        if isNew, case .caption = outcome { process.heard.append(attempt) }
        try perform(process.loop.callEnded(attempt, outcome, sentAt: flight?.handedOverAt), of: process)
    }
}
