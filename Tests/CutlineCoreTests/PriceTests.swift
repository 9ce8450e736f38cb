import CutlineCore
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct PriceTests {
    /// `prices` of one model as a profile gives them.
    private func price(_ text: String) throws -> Price {
        let json = try JSONValue(parsing: #"{"name": "p", "prices": {"m": \#(text)}}"#.utf8)
        return try #require(try Profile(json: JSONCursor(json), extending: nil).price(of: "m"))
    }

    private func usage(_ input: Int?, _ output: Int?, cached: Int? = nil) -> Usage {
        Usage(inputTokens: input, outputTokens: output, cachedTokens: cached)
    }

    @Test(arguments: [
        (#"{"input_per_million": 0.15, "output_per_million": 0.6}"#, 1_000, 100, 210_000),
        // A ten-thousandth of a dollar per million: a tenth of a nano-dollar a token, rounded up.
        (#"{"input_per_million": 0.0001, "output_per_million": 0}"#, 1_000, 0, 100),
        (#"{"input_per_million": 0.0001, "output_per_million": 0}"#, 1, 0, 1),
        (#"{"input_per_million": 0.0001, "output_per_million": 0.0001}"#, 11, 10, 3),
        (#"{"input_per_million": 0, "output_per_million": 0}"#, 5, 5, 0),
        (#"{"input_per_million": 1, "output_per_million": 2, "per_image": 0.003, "per_request": 0.01}"#, 0, 0, 16_000_000),
    ])
    func costIsExactAndRoundedUp(text: String, input: Int, output: Int, nanodollars: Int64) throws {
        #expect(try price(text).cost(of: usage(input, output), images: 2) == Money(nanodollars: nanodollars))
    }

    @Test(arguments: [(40, 600_000 + 40 * 100), (nil, 640_000), (9_999, 64_000)] as [(Int?, Int64)])
    func cachedTokensHaveTheirOwnPriceWhereOneIsGiven(cached: Int?, expected: Int64) throws {
        let price = try price(#"{"input_per_million": 1, "output_per_million": 1, "cached_input_per_million": 0.1}"#)
        #expect(price.cost(of: usage(640, 0, cached: cached), images: 1) == Money(nanodollars: expected))
        let plain = try self.price(#"{"input_per_million": 1, "output_per_million": 1}"#)
        #expect(plain.cost(of: usage(640, 0, cached: cached), images: 1) == Money(nanodollars: 640_000))
    }

    @Test(arguments: [(nil, 5), (5, nil), (nil, nil), (-1, 5), (.max, .max), (.max, 0), (0, .max)] as [(Int?, Int?)])
    func unknownAndAbsurdTokensHaveNoCost(input: Int?, output: Int?) throws {
        let price = try price(#"{"input_per_million": 8e9, "output_per_million": 8e9, "per_image": 8e9}"#)
        #expect(price.cost(of: usage(input, output), images: .max) == nil)
    }

    @Test func noSumOverflows() throws {
        let price = try price(#"{"input_per_million": 8e9, "output_per_million": 8e9, "per_image": 8e9, "per_request": 8e9}"#)
        #expect(price.cost(inputTokens: .max, outputTokens: .max, cachedTokens: .max, images: .max, requests: .max) == nil)
        #expect(price.cost(inputTokens: 1_000_000, outputTokens: 0, images: 0, requests: 0) == Money(dollars: 8e9))
    }

    @Test(arguments: [
        (#"{"input_per_million": 1}"#, "m: needs input_per_million and output_per_million, in US dollars"),
        (#"{"input_per_million": -0.1, "output_per_million": 1}"#, "m.input_per_million: expected an amount of at least 0 US dollars"),
        (#"{"input_per_million": "1", "output_per_million": 1}"#, "m.input_per_million: expected a number of US dollars"),
        (
            #"{"input_per_million": 1, "output_per_million": 1, "per_image": 1e-12}"#,
            "m.per_image: must be 0 or at least 0.000000001 US dollars"
        ),
        (#"{"input_per_million": 1, "output_per_million": 1, "per_picture": 1}"#, "m.per_picture: unknown key"),
    ])
    func aWrongPriceIsRefusedWithItsPath(text: String, expected: String) {
        let error = #expect(throws: InvalidValue.self) { try price(text) }
        #expect(error?.description.hasPrefix("prices.\(expected)") == true)
    }

    @Test func theUsersPriceWinsOverTheLists() throws {
        let (users, lists) = (Price.make(input: 1), Price.make(input: 2))
        var profile = Profile(name: "p", prices: ["m": users])
        profile.listedPrices = ["m": lists, "n": lists]
        #expect(profile.price(of: "m") == users && profile.price(of: "n") == lists && profile.price(of: "o") == nil)
    }

    @Test func pricesOfAnExtendedProfileStayAndAreReplacedOneByOne() throws {
        let base = Profile(name: "p", prices: ["a": .make(input: 1), "b": .make(input: 1)])
        let json = try JSONValue(parsing: #"{"name": "p", "prices": {"b": {"input_per_million": 3, "output_per_million": 0}}}"#.utf8)
        let profile = try Profile(json: JSONCursor(json), extending: base)
        #expect(profile.prices == ["a": .make(input: 1), "b": .make(input: 3)])
    }

    @Test func aStoredProfileWithoutTheseMembersIsStillRead() throws {
        let old = #"{"name":"p","chatPath":"/c","headers":{},"requestFields":{},"limits":{},"images":{}}"#
        let profile = try JSONDecoder().decode(Profile.self, from: Data(old.utf8))
        #expect(profile.models == nil && profile.price(of: "m") == nil)
        var priced = Profile(name: "p", models: ModelListRules(visionPatterns: ["a*"]), prices: ["m": .make(input: 1)])
        priced.listedPrices = ["n": .make(input: 2)]
        #expect(try JSONDecoder().decode(Profile.self, from: JSONEncoder().encode(priced)) == priced)
    }
}

@Suite struct PricedOutcomeTests {
    private let price = Price.make(input: 1_000_000)
    private let dollar = Money(nanodollars: 1_000_000_000)
    private let used = Usage(inputTokens: 1, outputTokens: 1)

    private func usage(of outcome: Outcome) -> Usage? {
        switch outcome {
        case .caption(let caption): caption.usage
        case .failure(let failure), .unknown(let failure): failure.usage
        case .notSent, .changed: nil
        }
    }

    @Test func aCaptionWithoutACostGetsAnEstimate() {
        let priced = usage(of: Outcome.caption(Caption(text: "a", usage: used)).priced(with: price, images: 1))
        #expect(priced == Usage(inputTokens: 1, outputTokens: 1, cost: dollar, costSource: .estimated))
    }

    /// What is shown is the bill; what a budget reckons with is the larger reading.
    @Test func aReportedCostStaysEvenWhereItIsZero() {
        let reported = Usage(inputTokens: 1, outputTokens: 1, cost: .zero, costSource: .reported)
        #expect(usage(of: Outcome.caption(Caption(text: "a", usage: reported)).priced(with: price, images: 1)) == reported.reckoned(dollar))
    }

    @Test(
        arguments: [
            (Usage(inputTokens: 3), 3), (Usage(tokensAtMost: 5), 5), (Usage(inputTokens: 1, outputTokens: 1, tokensAtMost: 7), 6),
        ] as [(Usage, Int64)]) func whatIsKnownOfOneSideIsReckonedWith(used: Usage, dollars: Int64)
    {
        let reckoned = usage(of: Outcome.caption(Caption(text: "a", usage: used)).priced(with: price, images: 1))?.costAtMost
        #expect(reckoned == Money(nanodollars: dollars * 1_000_000_000))
    }

    @Test func withoutTokensOrAPriceTheCostStaysUnknown() {
        let caption = Outcome.caption(Caption(text: "a", usage: used))
        #expect(caption.priced(with: nil, images: 1) == caption)
        let silent = Outcome.caption(Caption(text: "a"))
        #expect(silent.priced(with: price, images: 1) == silent)
    }

    @Test(arguments: [(Billed.yes, true), (.unknown, true), (.no, false)])
    func aFailureCostsOnlyWhereItMayHaveBeenBilled(billed: Billed, isPriced: Bool) {
        let failure = Outcome.failure(Failure(.contentFiltered, "no", billed: billed, usage: used))
        #expect(usage(of: failure.priced(with: price, images: 1))?.cost == (isPriced ? dollar : nil))
    }
}

extension Usage {
    fileprivate func reckoned(_ cost: Money) -> Usage {
        var usage = self
        usage.costAtMost = cost
        return usage
    }
}

extension Price {
    /// Of `input` dollars per million, with free answers.
    static func make(input: Int64) -> Price {
        Price(inputPerMillion: Money(nanodollars: input * 1_000_000_000), outputPerMillion: .zero)
    }
}
