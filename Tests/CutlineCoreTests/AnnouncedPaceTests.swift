import Testing

@testable import CutlineCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a provider announces holds calls back, never lets more through, and does not strangle.
@Suite(.serialized) struct AnnouncedPaceTests {
    private func lane(after allowance: Announced.Allowance, inFlight: Int = 0, limits: Limits = Limits(concurrency: 100)) -> Lane {
        var lane = Lane(limits: limits, at: at(0))
        for _ in 0...inFlight { #expect(lane.tryReserve(estimatedTokens: 100, at: at(0)) == nil) }
        _ = lane.apply(.answered(usedTokens: 100), model: "m", estimatedTokens: 100, startedAt: at(0), at: at(0))
        lane.observe(Announced([.requests: allowance]), startedAt: at(0), at: at(0))
        return lane
    }

    @Test func whatRemainsMustLastUntilTheReset() {
        var lane = lane(after: Announced.Allowance(limit: 100, remaining: 10, resetsIn: .seconds(10)))
        var times: [Int64] = []
        for time in stride(from: Int64(0), to: 10_000, by: 10) where lane.tryReserve(estimatedTokens: 0, at: at(time)) == nil {
            times.append(time)
        }
        #expect(times.count == 10)
        #expect(times[4] >= 1_900)
    }

    @Test func callsUnderWayMayNotHaveBeenCounted() {
        var lane = lane(after: Announced.Allowance(limit: 100, remaining: 10, resetsIn: .seconds(10)), inFlight: 10)
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(9_999)) == .until(at(10_000), .limit(.requests, nil)))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(10_000)) == nil)
    }

    @Test(arguments: [
        Announced.Allowance(limit: 10, remaining: 0, resetsIn: .seconds(90_000)),
        Announced.Allowance(limit: 0, remaining: 0, resetsIn: .seconds(10)),
        Announced.Allowance(limit: 10, remaining: 5, resetsIn: .milliseconds(20)),
    ])
    func nonsenseHoldsNothingBack(allowance: Announced.Allowance) {
        var lane = lane(after: allowance)
        for _ in 0..<50 { #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil) }
    }

    @Test func aUsedUpLimitOfADayIsTriedNowAndThen() {
        var lane = lane(after: Announced.Allowance(limit: 1_000, remaining: 0, resetsIn: .seconds(80_000)))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(1)) == .until(at(600_000), .limit(.requests, nil)))
    }

    @Test func aLimitOfADayNeedNotLastAllDay() {
        var lane = lane(after: Announced.Allowance(limit: 1_000, remaining: 500, resetsIn: .seconds(80_000)))
        for _ in 0..<100 { #expect(lane.tryReserve(estimatedTokens: 0, at: at(1)) == nil) }
    }

    @Test func theProvidersOwnLimitNeverLoosensAToldOne() {
        var lane = lane(
            after: Announced.Allowance(limit: 10_000, remaining: 9_999, resetsIn: .seconds(60)),
            limits: Limits(concurrency: 100, requests: .perMinute(60)))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) != nil)
    }

    /// What the headers miss is what the lane itself has spent, or what others did.
    @Test(arguments: [(spent: 50, hold: true), (60, false)])
    func nothingLeftHoldsAToldLimitOnlyWhereOthersSpend(spent: Int, hold: Bool) {
        var lane = Lane(limits: Limits(concurrency: 100, requests: .perMinute(60)), at: at(0))
        for second in 0..<spent { #expect(lane.tryReserve(estimatedTokens: 0, at: at(Int64(second) * 1_000)) == nil) }
        let last = at(59_900)
        lane.observe(
            Announced([.requests: Announced.Allowance(limit: 60, remaining: 0, resetsIn: .seconds(30))]), startedAt: last, at: last)
        // Both wait; one until the provider has counted others' calls out, one until its own first call has left the window.
        let next = lane.tryReserve(estimatedTokens: 0, at: last)
        #expect(next != nil && (next == .until(last + .seconds(30), .limit(.requests, nil))) == hold)
    }

    @Test func tokensThatRemainBoundTheirCalls() {
        var lane = Lane(limits: Limits(concurrency: 100), at: at(0))
        let left = Announced([.tokens: Announced.Allowance(limit: 10_000, remaining: 1_000, resetsIn: .seconds(10))])
        lane.observe(left, startedAt: at(0), at: at(0))
        #expect(lane.tryReserve(estimatedTokens: 900, at: at(0)) == nil)
        #expect(lane.tryReserve(estimatedTokens: 900, at: at(9_999)) == .until(at(10_000), .limit(.tokens, nil)))
        #expect(lane.tryReserve(estimatedTokens: 90, at: at(9_999)) == nil)
    }

    @Test func anOlderAnswerDoesNotReplaceANewerOne() {
        var lane = lane(after: Announced.Allowance(limit: 100, remaining: 0, resetsIn: .seconds(30)))
        let older = Announced([.requests: Announced.Allowance(limit: 100, remaining: 90, resetsIn: .seconds(30))])
        lane.observe(older, startedAt: at(-500), at: at(10))
        #expect(lane.tryReserve(estimatedTokens: 0, at: at(20)) == .until(at(30_000), .limit(.requests, nil)))
    }

    @Test func anAnnouncedLimitLetsAGivenConcurrencyBeUsedAtOnce() {
        for isAnnounced in [true, false] {
            var lane = Lane(limits: Limits(concurrency: 40), at: at(0))
            #expect(lane.tryReserve(estimatedTokens: 0, at: at(0)) == nil)
            let overload = LaneEvent.failed(Failure(.overloaded, "busy", status: 503))
            _ = lane.apply(overload, model: "m", estimatedTokens: 0, startedAt: at(0), at: at(1))
            #expect(lane.slots.current == 28)
            let left = Announced([.requests: Announced.Allowance(limit: 10, remaining: 9, resetsIn: .seconds(10))])
            if isAnnounced { lane.observe(left, startedAt: at(0), at: at(1)) }
            lane.adopt(Limits(concurrency: 60), at: at(2))
            #expect(lane.slots.current == (isAnnounced ? 60 : 28))
        }
    }

    /// A bucket that fills all the time (its reset tells when it is full) and a window with an end.
    @Test(arguments: [0.0, 0.5, 2], [PaceSimulation.Announcing.asOfTheBeginning, .asOfTheEnd])
    func itDoesNotStrangle(latency: Double, announcing: PaceSimulation.Announcing) {
        let window = Counting.fixedWindow(count: 450, seconds: 30, offset: 7_000)
        for (counting, rate) in [(Counting.bucket(rate: 500.0 / 60, burst: 500), 500.0 / 60), (window, 15.0)] {
            for concurrency in [nil, 64] {
                var simulation = PaceSimulation(jobs: Int(rate * 300), limits: Limits(concurrency: concurrency), counting: counting)
                (simulation.latency, simulation.announcing) = (latency, announcing)
                let figures = simulation.run()
                #expect(figures.rate(from: 83, to: 233) > 0.9 * rate)
                #expect(figures.refusedShare < 0.025)
            }
        }
    }

    @Test func itIsStoredAndReadBack() throws {
        let lane = lane(after: Announced.Allowance(limit: 100, remaining: 10, resetsIn: .seconds(10)))
        #expect(try JSONDecoder().decode(Lane.self, from: JSONEncoder().encode(lane)) == lane)
    }
}
