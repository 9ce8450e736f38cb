import CutlineCore
import Testing

@testable import CutlineQueue

/// Providers that count for each model apart.
@Suite struct LanePerModelTests {
    private static let counting = Limits(requests: .perMinute(60))

    private static func settings(_ name: String, _ model: String, perModel: Bool = true) -> BatchSettings {
        var settings = BatchSettings.make(name)
        settings.model = model
        settings.profile.limitsPerModel = perModel
        return settings
    }

    private func open(_ settings: BatchSettings, _ fallback: RouteDraft..., limits: Limits = counting, in fixture: Fixture) throws
        -> BatchID
    {
        try fixture.queue.openBatch(settings, policy: RetryPolicy(), limits: limits, fallback: fallback, now: .start)
    }

    private func limits(_ fixture: Fixture) throws -> [String: Limits] {
        try fixture.queue.reader.laneStatuses().reduce(into: [:]) { $0[$1.name] = $1.lane.limits }
    }

    @Test func eachModelHasALaneOfItsOwn() throws {
        let fixture = try Fixture.make()
        for model in ["a", "b"] {
            let batch = try open(Self.settings(model, model), in: fixture)
            _ = try fixture.queue.add((0..<3).map { .make($0) }, to: batch, now: .start)
        }
        let turn = try fixture.turn(claiming: 9)
        #expect(turn.claims.map(\.request.model).sorted() == ["a", "b"], "one of each, for their limits are apart")
        #expect(turn.stops.map(\.lane) == ["simulator/a", "simulator/b"])
    }

    @Test func aBatchThatWasThereKeepsItsLaneAndItsLimitsChangeThere() throws {
        let fixture = try Fixture.make()
        let old = try open(Self.settings("old", "a", perModel: false), in: fixture)
        #expect(try open(Self.settings("old", "a"), limits: Limits(concurrency: 3), in: fixture) == old)
        #expect(try limits(fixture) == ["simulator": Limits(concurrency: 3)])
        _ = try open(Self.settings("new", "a"), in: fixture)
        #expect(try limits(fixture).keys.sorted() == ["simulator", "simulator/a"])
    }

    @Test func anotherModelOfAFallbackListHasTheBatchesLimitsInALaneOfItsOwn() throws {
        let fixture = try Fixture.make()
        let batch = try open(Self.settings("b", "a"), RouteDraft(profile: nil, model: "c"), in: fixture)
        #expect(try limits(fixture)["simulator/c"] == Self.counting)
        _ = try open(Self.settings("b", "a"), RouteDraft(profile: nil, model: "c"), limits: Limits(concurrency: 2), in: fixture)
        #expect(try limits(fixture)["simulator/c"] == Limits(concurrency: 2))
        try fixture.queue.adjust(.batch(batch), limits: Limits(requests: .perDay(5)), maxAttempts: nil, onUnknown: nil, now: .start)
        #expect(try limits(fixture)["simulator/c"] == Limits(concurrency: 2, requests: .perDay(5)))
    }

    @Test func whatPausesOneModelLeavesTheOthersAtWork() throws {
        let fixture = try Fixture.make()
        for model in ["a", "b"] {
            let batch = try open(Self.settings(model, model), limits: Limits(concurrency: 1), in: fixture)
            _ = try fixture.queue.add((0..<2).map { .make($0) }, to: batch, now: .start)
        }
        let claims = try fixture.claim(9)
        let bad = try #require(claims.first { $0.request.model == "a" })
        try fixture.settle(bad, .failed(.modelNotFound))
        try fixture.settle(fixture.claimOne(), .failed(.modelNotFound))
        let lanes = try fixture.queue.reader.laneStatuses().filter { $0.lane.paused != nil }.map(\.name)
        #expect(lanes == ["simulator/a"])
        try fixture.queue.resumeLanes(.all)
        #expect(try fixture.queue.reader.laneStatuses().allSatisfy { $0.lane.paused == nil })
    }

    @Test func promptAndAnswerOfAReservationAreStoredApart() throws {
        let fixture = try Fixture.make(limits: Limits(concurrency: nil, windows: [.outputTokens: [.perMinute(10_000)]]), pictures: 0..<1)
        let claim = try fixture.claimOne()
        #expect(try fixture.queue.number("SELECT estimated_tokens - estimated_output FROM attempts") == 1_000)
        #expect(try fixture.queue.number("SELECT estimated_output FROM attempts") == 300)
        try fixture.settle(claim, .caption(Caption(text: "A boat.", usage: Usage(inputTokens: 900, outputTokens: 40))))
        let lane = try fixture.lane()
        #expect(lane.meters(at: .start).windows.map(\.pace.used) == [40])
    }

    @Test func aDeadWorkersCallsAreUnderWayNoMore() throws {
        let fixture = try Fixture.make(limits: Limits(concurrency: 9), pictures: 0..<3)
        _ = try fixture.claim(2, lease: .seconds(10))
        let later = Timestamp.start + .seconds(60)
        _ = try fixture.queue.rescue(except: fixture.worker, now: later)
        #expect(try fixture.lane().inFlight == 0)
        #expect(try fixture.queue.reader.violations() == [])
    }
}
