import CutlineCore
import Testing

@testable import CutlineQueue

/// Jobs that are asked at other providers than their batch's own.
@Suite struct RouteTests {
    private static let price = Price(inputPerMillion: Money(nanodollars: 1_000_000_000), outputPerMillion: .zero)

    private static func draft(_ provider: String, _ model: String = "m2", concurrency: Int = 5, price: Price? = nil) -> RouteDraft {
        RouteDraft(profile: Profile(name: provider, limits: Limits(concurrency: concurrency)), model: model, price: price)
    }

    private static func fixture(_ fallback: RouteDraft..., pictures: Range<Int> = 0..<1) throws -> Fixture {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 2), pictures: pictures)
        try fixture.open(fallback)
        return fixture
    }

    @Test func whatFailsForGoodGoesDownTheListInOrder() throws {
        let fixture = try Self.fixture(Self.draft("second"), Self.draft("third", "m3"))
        let first = try fixture.claimOne()
        #expect(first.request.model == "sim-1" && first.route == .own)
        #expect(try fixture.settle(first, .permanent) == .fallsBack(to: Asked(provider: "second", model: "m2")))
        let second = try fixture.claimOne()
        #expect(second.job == first.job && second.n == 2 && second.request.model == "m2")
        #expect(try fixture.settle(second, .permanent) == .fallsBack(to: Asked(provider: "third", model: "m3")))
        #expect(try fixture.settle(fixture.claimOne(), .text("A red boat.")) == .accepted)
        let shown = try fixture.show("0.jpg")
        #expect(shown.attempts.map(\.asked.provider) == ["simulator", "second", "third"])
        #expect(shown.record.provider == "third" && shown.record.requestedModel == "m3" && shown.record.caption?.text == "A red boat.")
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aJobThatAllRefuseFailsWithTheLastFailure() throws {
        let fixture = try Self.fixture(Self.draft("second"))
        try fixture.settle(fixture.claimOne(), .permanent)
        #expect(try fixture.settle(fixture.claimOne(), .failed(.contentFiltered)) == .failed)
        let record = try fixture.show("0.jpg").record
        #expect(record.problem?.kind == .contentFiltered && record.provider == "second" && record.attempts == 2)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func eachPlaceHasAttemptsOfItsOwn() throws {
        let fixture = try Self.fixture(Self.draft("second"))
        #expect(try fixture.settle(fixture.claimOne(), .transient) == .retries(after: .seconds(1)))
        #expect(try fixture.settle(fixture.claimOne(at: .after(2)), .transient) == .fallsBack(to: Asked(provider: "second", model: "m2")))
        #expect(try fixture.settle(fixture.claimOne(at: .after(2)), .transient) == .retries(after: .seconds(1)))
    }

    @Test(arguments: [Outcome.failed(.imageUnreadable), .failed(.unauthorized), .unanswered])
    func whatNobodyElseCouldDoBetterStays(outcome: Outcome) throws {
        let fixture = try Self.fixture(Self.draft("second"))
        let claim = try fixture.claimOne()
        try fixture.settle(claim, outcome)
        #expect(try fixture.queue.number("SELECT route FROM jobs") == 0)
    }

    @Test func aRouteIsClaimedFromItsOwnLane() throws {
        let fixture = try Self.fixture(Self.draft("second", concurrency: 2), pictures: 0..<9)
        for claim in try fixture.claim(5) { try fixture.settle(claim, .permanent) }
        let claims = try fixture.claim(9)
        #expect(claims.count { $0.route == .own } == 4 && claims.count { $0.request.model == "m2" } == 2)
        let lanes = try fixture.queue.reader.laneStatuses().reduce(into: [:]) { $0[$1.name] = $1.lane.inFlight }
        #expect(lanes == ["simulator": 4, "second": 2])
        #expect(try fixture.turn(claiming: 9).stops == [LaneStop(lane: "second", refusal: .slots)])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aPausedLaneLeavesTheOtherAtWork() throws {
        let fixture = try Self.fixture(Self.draft("second"), pictures: 0..<3)
        try fixture.settle(fixture.claimOne(), .permanent)
        let elsewhere = try fixture.claim(3).first { $0.route != .own }
        try fixture.settle(try #require(elsewhere), .failed(.unauthorized, status: 401))
        let turn = try fixture.turn(claiming: 9)
        #expect(turn.lanesWithQueuedJobs == 1 && turn.stops.map(\.lane) == ["second"] && turn.remaining == 3)
        try fixture.queue.resumeLanes(.batch(fixture.batch))
        #expect(try fixture.claim(9).map(\.request.model) == ["m2"])
    }

    @Test func aSampleSeesOnlyTheLanesOfItsJobs() throws {
        let fixture = try Self.fixture(Self.draft("second"), pictures: 0..<2)
        let claim = try fixture.claimOne()
        try fixture.settle(claim, .permanent)
        let turn = try fixture.turn(claiming: 9, in: .jobs([fixture.batch: [claim.job]]))
        #expect(turn.claims.map(\.job) == [claim.job] && turn.lanesWithQueuedJobs == 1)
    }

    @Test func oneBudgetHoldsForAllPlacesAtTheirOwnPrices() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 1))
        let second = RouteDraft(profile: Profile(name: "second"), model: "gpt-4o", price: Self.price)
        let settings = BatchSettings.bounded("second batch")
        let batch = try fixture.queue.openBatch(
            settings, policy: RetryPolicy(maxAttempts: 1), limits: Limits(concurrency: 100),
            budget: BudgetChange(maxCost: .at(Money(nanodollars: 10_000_000))), fallback: [second], now: .start)
        _ = try fixture.queue.add((0..<200).map { .make($0) }, to: batch, now: .start)
        let own = try fixture.claim(50)
        #expect(own.count > 5)
        for claim in own.prefix(3) { try fixture.settle(claim, .permanent) }
        _ = try fixture.claim(500)
        let committed = try fixture.queue.number("SELECT committed_cost FROM counts WHERE batch = \(batch.number)")
        #expect(committed <= 10_000_000 && committed > 5_000_000)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aDeadWorkersCallLeavesTheLaneItWasMadeOn() throws {
        let fixture = try Self.fixture(Self.draft("second"))
        try fixture.settle(fixture.claimOne(), .permanent)
        let lost = try fixture.claimOne()
        _ = try fixture.queue.rescue(except: nil, now: .after(400))
        #expect(try fixture.queue.reader.violations() == [])
        let again = try fixture.claimOne(at: .after(401))
        #expect(again.route == lost.route && again.job == lost.job)
        #expect(try fixture.settle(lost, .permanent, at: .after(402)) == .repeated)
        #expect(try fixture.state(again) == .running)
    }

    @Test func whoLostTheJobMovesItNowhere() throws {
        let fixture = try Self.fixture(Self.draft("second"))
        let claim = try fixture.claimOne()
        _ = try fixture.queue.cancel(now: .start)
        #expect(try fixture.settle(claim, .permanent) == .fenced)
        #expect(try fixture.state(claim) == .cancelled && fixture.queue.reader.violations() == [])
    }

    @Test func aPersonSendsFailedAndQueuedJobsElsewhere() throws {
        let fixture = try Self.fixture(pictures: 0..<3)
        try fixture.settle(fixture.claimOne(), .permanent)
        let change = JobChange(maxTokens: 400, route: Self.draft("second"))
        let selection = JobSelection(batch: fixture.batch)
        #expect(try fixture.queue.retry(selection, with: change, now: .start).moved == [.failed: 1, .queued: 2])
        #expect(try fixture.queue.retry(selection, with: change, now: .start).moved == [:])
        let claims = try fixture.claim(9)
        #expect(claims.map(\.request.model) == ["m2", "m2", "m2"] && claims.allSatisfy { $0.request.parameters.maxTokens == 400 })
        #expect(try fixture.queue.reader.violations() == [])
        // The batch is what it was.
        try fixture.open([])
    }

    @Test func aPersonsChoiceStaysAndAListBeginsAnew() throws {
        let fixture = try Self.fixture(Self.draft("second"), pictures: 0..<2)
        let claims = try fixture.claim(2)
        try fixture.settle(claims[0], .permanent)
        try fixture.settle(fixture.claimOne(), .permanent)
        let chosen = JobSelection(jobs: [claims[1].job])
        try fixture.settle(claims[1], .failed(.imageUnreadable))
        _ = try fixture.queue.retry(chosen, with: JobChange(maxTokens: 7, route: Self.draft("third")), now: .start)
        try fixture.settle(fixture.claimOne(), .permanent)
        #expect(try fixture.queue.retry().count == 2)
        let again = try fixture.claim(9).sorted { $0.job < $1.job }
        #expect(again.map(\.request.model) == ["sim-1", "m2"] && again.map(\.request.parameters.maxTokens) == [nil, 7])
    }

    @Test func jobsOfAListThatChangedGoOnWithTheNewOne() throws {
        let fixture = try Self.fixture(Self.draft("second"), pictures: 0..<2)
        for claim in try fixture.claim(2) { try fixture.settle(claim, .permanent) }
        try fixture.open([Self.draft("second", "better")])
        #expect(try fixture.claimOne().request.model == "better")
        try fixture.open([])
        #expect(try fixture.count(.failed) == 1 && fixture.count(.queued) == 0 && fixture.count(.running) == 1)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func theListStaysWhereNobodySpeaksOfIt() throws {
        let fixture = try Self.fixture(Self.draft("second"))
        try fixture.open(nil)
        #expect(try fixture.queue.reader.routes().map(\.position) == [1])
        try fixture.settle(fixture.claimOne(), .permanent)
        #expect(try fixture.claimOne().request.model == "m2")
    }

    @Test func aMiscountedRouteIsFound() throws {
        let fixture = try Self.fixture(Self.draft("second"))
        try fixture.settle(fixture.claimOne(), .permanent)
        try fixture.queue.execute("UPDATE routes SET queued = 5")
        #expect(
            try fixture.queue.reader.violations()
                == [Violation(rule: "jobs that wait for route 1, second", detail: "kept 5, counted 1")])
    }

    @Test func aJobTakesNoRouteOfAnotherBatch() throws {
        let fixture = try Self.fixture(Self.draft("second"))
        let other = try fixture.queue.openBatch(.make("other"), policy: RetryPolicy(), limits: Limits(), now: .start)
        _ = try fixture.queue.add([.make(9)], to: other, now: .start)
        #expect(throws: QueueError.self) { try fixture.queue.execute("UPDATE jobs SET route = 1 WHERE batch = \(other.number)") }
    }
}

extension BatchSettings {
    /// A batch of whose calls the most is known.
    fileprivate static func bounded(_ name: String) -> BatchSettings {
        let price = Price(inputPerMillion: Money(nanodollars: 100_000_000), outputPerMillion: Money(nanodollars: 100_000_000))
        return BatchSettings(
            name: name, profile: Profile(name: "first", prices: ["gpt-4o": price]), model: "gpt-4o", prompt: "Describe.",
            parameters: Parameters(maxTokens: 100))
    }
}

extension Fixture {
    fileprivate func open(_ fallback: [RouteDraft]?) throws {
        _ = try queue.openBatch(
            .make(), policy: RetryPolicy(maxAttempts: 2), limits: Limits(concurrency: 10_000), fallback: fallback, now: .start)
    }
}
