import CutlineCore
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

/// At which tier jobs are claimed, and what the answer's own word does to the books.
@Suite struct TierTests {
    private static func profile(_ name: String = "simulator", member: String? = "service_tier") -> Profile {
        var profile = Profile(name: name, prices: ["gpt-4o": BatchSettings.price])
        (profile.tierMember, profile.flexPriceFactor) = (member, PriceFactor(0.5))
        return profile
    }

    private static func fixture(
        _ flex: FlexTerms?, profile: Profile = profile(), budget: BudgetChange = BudgetChange(), fallback: [RouteDraft]? = nil,
        pictures: Range<Int> = 0..<2
    ) throws -> Fixture {
        let folder = TemporaryFolder(inMemory: true)
        let queue = try Queue.make(in: folder)
        var settings = BatchSettings.capped()
        settings.profile = profile
        let batch = try queue.openBatch(
            settings, policy: RetryPolicy(flex: flex), limits: Limits(concurrency: 10_000), budget: budget, fallback: fallback, now: .start)
        let fixture = Fixture(folder: folder, queue: queue, batch: batch, worker: try queue.worker("first"))
        try fixture.add(pictures)
        return fixture
    }

    private func claimOne(_ fixture: Fixture, at now: Timestamp = .start) throws -> Claim {
        let request = TurnRequest(
            claimLimit: 1, scope: .all, lease: .seconds(360), flexLease: .seconds(960), now: { now }, jitter: { 0 })
        return try #require(try fixture.queue.turn(fixture.worker, request).claims.first)
    }

    @Test func aCallAtFlexHasItsTierAndALongerLease() throws {
        let fixture = try Self.fixture(FlexTerms())
        let claim = try claimOne(fixture)
        #expect(claim.request.tier == .flex && claim.leaseUntil == .after(960) && !claim.isPastFlex)
        #expect(try fixture.show("0.jpg").attempts.map(\.tier) == [.flex])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func theDeadlineWorksInEveryProcess() throws {
        let fixture = try Self.fixture(FlexTerms(deadline: .seconds(3_600), from: .start))
        #expect(try claimOne(fixture, at: .after(3_599)).request.tier == .flex)
        let late = try claimOne(fixture, at: .after(3_600))
        #expect(late.request.tier == .standard && late.isPastFlex && late.leaseUntil == .after(3_960))
        #expect(try fixture.queue.text("SELECT tier FROM attempts WHERE id = \(late.attempt.number)") == "NULL")
    }

    @Test func withoutAWishOrAnOfferItIsTheStandardTier() throws {
        for fixture in [try Self.fixture(nil), try Self.fixture(FlexTerms(), profile: Self.profile(member: nil))] {
            let claim = try claimOne(fixture)
            #expect(claim.request.tier == .standard && !claim.isPastFlex && claim.leaseUntil == .after(360))
        }
    }

    @Test func aPlaceOfTheListThatSellsNoFlexIsAskedAtTheStandardTier() throws {
        let second = RouteDraft(profile: Self.profile("second", member: nil), model: "gpt-4o")
        let third = RouteDraft(profile: Self.profile("third", member: "provider.service_tier"), model: "gpt-4o")
        let fixture = try Self.fixture(FlexTerms(), fallback: [second, third], pictures: 0..<1)
        for tier in [ServiceTier.flex, .standard, .flex] {
            let claim = try claimOne(fixture)
            #expect(claim.request.tier == tier)
            try fixture.settle(claim, .permanent)
        }
        #expect(try fixture.show("0.jpg").attempts.map(\.asked.provider) == ["simulator", "second", "third"])
    }

    @Test func aProviderThatRefusesTheMemberIsAskedAtTheStandardTier() throws {
        let fixture = try Self.fixture(FlexTerms())
        let refusal = Failure(.unsupportedParameter, "no service_tier here", status: 400, remedy: .drop("service_tier"))
        try fixture.settle(claimOne(fixture), .failure(refusal))
        let claim = try claimOne(fixture)
        #expect(claim.request.tier == .standard && claim.leaseUntil == .after(360))
    }

    @Test func aRunMayChangeTheTier() throws {
        let fixture = try Self.fixture(nil)
        func adjust(_ tier: TierChange, at now: Timestamp = .start) throws -> FlexTerms? {
            try fixture.queue.adjust(.all, limits: Limits(), maxAttempts: nil, onUnknown: nil, tier: tier, now: now)
            return try fixture.queue.reader.batches()[0].policy.flex
        }
        #expect(try adjust(TierChange(tier: .flex)) == FlexTerms())
        #expect(try adjust(TierChange()) == FlexTerms())
        #expect(try adjust(TierChange(deadline: .seconds(60)), at: .after(5))?.until == .after(65))
        #expect(try adjust(TierChange(tier: .standard)) == nil)
    }

    @Test func theServedTierStandsWithTheCall() throws {
        let fixture = try Self.fixture(FlexTerms())
        let served = Usage(inputTokens: 1_000, outputTokens: 10, servedTier: "default")
        try fixture.settle(claimOne(fixture), .caption(Caption(text: "A boat.", usage: served)))
        let shown = try fixture.show("0.jpg")
        #expect(shown.attempts.map(\.tier) == [.flex] && shown.attempts[0].usage.servedTier == "default")
        #expect(shown.record.caption?.usage.servedTier == "default")
        #expect(try fixture.queue.records(.succeeded).map(\.caption?.usage.servedTier) == ["default"])
    }

    /// 2,500 nano-dollars a token of input, 10,000 of output.
    @Test func aCapSetsTheFullPriceAsideAndBooksWhatWasServed() throws {
        let most = BudgetTests.most
        let fixture = try Self.fixture(FlexTerms(), budget: BudgetChange(maxCost: .at(Money(nanodollars: 2 * most))), pictures: 0..<9)
        let half = try #require(PriceFactor(0.5))
        for (tier, committed) in [("flex", 1_300_000), ("default", 1_300_000 + 2_600_000)] {
            let claim = try claimOne(fixture)
            let usage = Usage(inputTokens: 1_000, outputTokens: 10, servedTier: tier)
            let before = try fixture.queue.number("SELECT committed_cost FROM counts")
            #expect(try fixture.queue.number("SELECT reserved_cost FROM attempts WHERE id = \(claim.attempt.number)") == Int(most))
            #expect(before <= 2 * Int(most))
            try fixture.settle(
                claim, Outcome.caption(Caption(text: "a", usage: usage)).priced(with: BatchSettings.price, images: 1, flex: half))
            #expect(try fixture.queue.number("SELECT committed_cost FROM counts") == committed)
        }
        let stop = try fixture.turn(claiming: 9)
        #expect(stop.claims.count == 1)
        guard case .budget(let budget)? = stop.stops.first?.refusal else { return #expect(Bool(false), "\(stop.stops)") }
        #expect(budget.flex == half && budget.next.cost == Money(nanodollars: most))
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aPriceThatComesLaterIsThatOfTheServedTier() throws {
        var profile = Self.profile()
        profile.prices = nil
        let fixture = try Self.fixture(FlexTerms(), profile: profile)
        for tier in ["flex", "default"] {
            let usage = Usage(inputTokens: 1_000, outputTokens: 10, servedTier: tier)
            try fixture.settle(claimOne(fixture), .caption(Caption(text: "a", usage: usage)))
        }
        var settings = BatchSettings.capped()
        settings.profile = Self.profile()
        let cap = BudgetChange(maxCost: .at(Money(nanodollars: 1_000_000_000)))
        _ = try fixture.queue.openBatch(settings, policy: RetryPolicy(), limits: Limits(), budget: cap, now: .start)
        #expect(try fixture.status().usage.cost == Money(nanodollars: 1_300_000 + 2_600_000))
        #expect(try fixture.queue.reader.violations() == [])
    }
}
