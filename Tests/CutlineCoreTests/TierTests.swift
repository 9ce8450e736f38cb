import CutlineCore
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// When a batch is asked at flex, and what that costs.
@Suite struct TierTests {
    private static let noon = Timestamp(milliseconds: 1_795_176_000_000)
    private static let sixHours = Duration.seconds(6 * 3_600)

    private func profile(_ members: String) throws -> Profile {
        try Profile(json: JSONCursor(try JSONValue(parsing: #"{"name": "p", \#(members)}"#.utf8)), extending: nil)
    }

    // MARK: Until when

    @Test func flexHoldsUntilItsDeadline() {
        let flex = RetryPolicy(flex: FlexTerms(deadline: Self.sixHours, from: Self.noon))
        #expect(flex.tier(at: Self.noon) == .flex && flex.tier(at: Self.noon + .seconds(6 * 3_600 - 1)) == .flex)
        #expect(flex.tier(at: Self.noon + Self.sixHours) == .standard)
        #expect(RetryPolicy(flex: FlexTerms()).tier(at: Timestamp(milliseconds: .max)) == .flex)
        #expect(RetryPolicy().tier(at: Self.noon) == .standard)
    }

    @Test func theSameDeadlineGivenAgainIsNotPutOff() {
        let change = TierChange(tier: .flex, deadline: Self.sixHours)
        let first = change.applied(to: nil, at: Self.noon)
        #expect(change.applied(to: first, at: Self.noon + .seconds(3_600)) == first, "a killed process that is started again")
        let nextNight = Self.noon + .seconds(86_400)
        #expect(change.applied(to: first, at: nextNight)?.until == nextNight + Self.sixHours)
        let longer = TierChange(deadline: .seconds(7 * 3_600)).applied(to: first, at: Self.noon)
        #expect(longer?.until == Self.noon + .seconds(7 * 3_600))
    }

    @Test func whatIsNotSpokenOfStays() {
        let stored = FlexTerms(deadline: Self.sixHours, from: Self.noon)
        #expect(TierChange().applied(to: stored, at: Self.noon) == stored && TierChange().applied(to: nil, at: Self.noon) == nil)
        #expect(TierChange(tier: .standard).applied(to: stored, at: Self.noon) == nil)
        #expect(TierChange(tier: .flex).applied(to: stored, at: Self.noon) == FlexTerms())
        #expect(TierChange(deadline: Self.sixHours).applied(to: nil, at: Self.noon) == nil)
    }

    @Test func aPolicyThatWasStoredBeforeIsStillRead() throws {
        let old = #"{"maxAttempts":3,"onUnknown":{"hold":{}},"sendsDamaged":false}"#
        #expect(try JSONDecoder().decode(RetryPolicy.self, from: Data(old.utf8)) == RetryPolicy(maxAttempts: 3, onUnknown: .hold))
        let flex = RetryPolicy(flex: FlexTerms(deadline: Self.sixHours, from: Self.noon))
        #expect(try JSONDecoder().decode(RetryPolicy.self, from: JSONEncoder().encode(flex)) == flex)
    }

    // MARK: What it costs

    /// The part is taken before the sum is rounded up, so that it is rounded once.
    @Test(
        arguments: [
            ("flex", 0.5, 11, 10, 2), ("FLEX", 0.5, 1_000, 100, 5_500), ("default", 0.5, 1_000, 100, 11_000), (nil, 0.5, 11, 10, 3),
            ("priority", 0.5, 11, 10, 3), ("flex", 0.333333, 1_000_000, 0, 3_333_330), ("flex", 1, 11, 10, 3),
        ] as [(String?, Double, Int, Int, Int64)])
    func theTierOfTheAnswerDecides(tier: String?, part: Double, input: Int, output: Int, nanodollars: Int64) throws {
        let price = input == 11 || input == 1 ? Self.tiny : Self.small
        let usage = Usage(inputTokens: input, outputTokens: output, servedTier: tier)
        #expect(price.cost(of: usage, images: 1, flex: try #require(PriceFactor(part))) == Money(nanodollars: nanodollars))
    }

    /// A tenth of a nano-dollar a token, and ten nano-dollars.
    private static let tiny = Price(inputPerMillion: Money(nanodollars: 100_000), outputPerMillion: Money(nanodollars: 100_000))
    private static let small = Price(inputPerMillion: Money(nanodollars: 10_000_000), outputPerMillion: Money(nanodollars: 10_000_000))

    @Test func aReportedCostWinsAndTheLargestReadingIsTakenAtFlexToo() throws {
        let half = try #require(PriceFactor(0.5))
        func priced(_ usage: Usage) -> Usage? {
            guard
                case .caption(let caption) = Outcome.caption(Caption(text: "a", usage: usage)).priced(
                    with: Self.small, images: 1, flex: half)
            else { return nil }
            return caption.usage
        }
        let reported = Usage(
            inputTokens: 100, outputTokens: 10, cost: Money(nanodollars: 777), costSource: .reported, servedTier: "flex")
        #expect(priced(reported) == reported, "550 by the price, which is less than the bill")
        let more = priced(Usage(inputTokens: 100, outputTokens: 10, tokensAtMost: 200, servedTier: "flex"))
        #expect(more?.cost == Money(nanodollars: 550) && more?.costAtMost == Money(nanodollars: 1_000))
    }

    @Test func whatIsSetAsideIsTheFullPrice() throws {
        var settings = BatchSettings(
            name: "b", profile: Profile(name: "p", prices: ["gpt-4o": Self.small]), model: "gpt-4o", prompt: "What?")
        settings.parameters.maxTokens = 100
        let full = BudgetTerms(Budget(maxCost: Money(nanodollars: .max)), of: settings)
        (settings.profile.tierMember, settings.profile.flexPriceFactor) = ("service_tier", PriceFactor(0.5))
        let terms = BudgetTerms(Budget(maxCost: Money(nanodollars: .max)), of: settings)
        #expect(terms.flexPriceFactor == PriceFactor(0.5))
        let call = CallSize(promptBytes: 5, images: 1)
        #expect(terms.tryReserve(call, in: BudgetBooks()) == full.tryReserve(call, in: BudgetBooks()))
        #expect(terms.cost(of: Usage(inputTokens: 100, outputTokens: 10, servedTier: "flex"), images: 1) == Money(nanodollars: 550))
    }

    @Test func anEstimateHasBothPrices() throws {
        var estimate = TokenEstimate()
        estimate.add(texts: ["four"], images: [99...199])
        let (full, half) = (
            estimate.cost(at: Self.small, maxTokens: 50), estimate.cost(at: Self.small, maxTokens: 50, factor: PriceFactor(0.5)!)
        )
        #expect(full?.low == Money(nanodollars: 1_500) && full?.high == Money(nanodollars: 2_500))
        #expect(half?.low == Money(nanodollars: 750) && half?.high == Money(nanodollars: 1_250))
    }

    // MARK: The profile

    @Test func aProfileSaysWhereTheTierStandsAndWhatItCosts() throws {
        let plain = try profile(#""tier_member": "service_tier", "flex_price_factor": 0.5"#)
        #expect(plain.flex == FlexOffer(member: "service_tier", price: PriceFactor(0.5)!) && plain.flex?.path == ["service_tier"])
        let inside = try profile(#""tier_member": "provider.service_tier""#)
        #expect(inside.flex?.path == ["provider", "service_tier"] && inside.flex?.price == .whole)
        #expect(try profile(#""stream": true"#).flex == nil)
        #expect(try JSONDecoder().decode(Profile.self, from: JSONEncoder().encode(plain)) == plain)
    }

    @Test(arguments: [
        (#""tier_member": "a.b.c""#, "tier_member: expected a member of the request"), (#""tier_member": "a.""#, "tier_member: expected"),
        (#""tier_member": "model""#, "tier_member: is set by Cutline"), (#""flex_price_factor": 0"#, "flex_price_factor: expected a part"),
        (#""flex_price_factor": 1.5"#, "flex_price_factor: expected a part"),
        (#""flex_price_factor": 0.12345678"#, "flex_price_factor: expected a part"),
        (#""flex_price_factor": "half""#, "flex_price_factor: expected a part"),
    ])
    func aWrongOneIsRefusedWithItsPath(members: String, expected: String) {
        let error = #expect(throws: InvalidValue.self) { try profile(members) }
        #expect(error?.description.hasPrefix(expected) == true, "\(error.map { "\($0)" } ?? "")")
    }
}
