import CutlineCore
import TestSupport
import Testing

@Suite struct BudgetTests {
    private static let price = Price(
        inputPerMillion: Money(nanodollars: 1_000_000_000), outputPerMillion: Money(nanodollars: 2_000_000_000))

    private static func terms(
        _ budget: Budget, model: String = "gpt-4o", maxTokens: Int? = 100, price: Price? = price, system: String? = nil
    ) -> BudgetTerms {
        BudgetTerms(
            budget,
            of: BatchSettings(
                name: "b", profile: Profile(name: "p", prices: price.map { [model: $0] }), model: model, system: system, prompt: "?",
                parameters: Parameters(maxTokens: maxTokens)))
    }

    /// 64 around the texts, 18 bytes of parameters, 10 of the prompt, 1,445 + 16 for the picture: 1,553 in and 100 out.
    private static let call = CallSize(promptBytes: 10, images: 1)
    private static let most = Spending(cost: Money(nanodollars: 1_753_000), tokens: 1_653)

    @Test func theMostOfACallIsTextPictureAndAnswer() {
        #expect(Self.terms(Budget(maxCost: Money(nanodollars: .max))).tryReserve(Self.call, in: BudgetBooks()) == .reserved(Self.most))
        let longer = Self.terms(Budget(maxTokens: .max), system: "12345").need(CallSize(promptBytes: 10, images: 3))
        #expect(longer.tokens == 64 + 18 + 5 + 10 + 3 * 1_461 + 100)
    }

    @Test(arguments: [(1_753_000, true), (1_752_999, false)]) func aCallMustFitWhole(cap: Int64, fits: Bool) {
        let answer = Self.terms(Budget(maxCost: Money(nanodollars: cap))).tryReserve(Self.call, in: BudgetBooks())
        #expect(answer == (fits ? .reserved(Self.most) : .refused(next: Self.most)))
    }

    @Test(arguments: [(3_306, true), (3_305, false)]) func tokensHaveACapOfTheirOwn(cap: Int, fits: Bool) {
        let books = BudgetBooks(committed: Spending(tokens: 1_653), inFlight: 1)
        let answer = Self.terms(Budget(maxTokens: cap), price: nil).tryReserve(Self.call, in: books)
        #expect(answer == (fits ? .reserved(Spending(tokens: 1_653)) : .refused(next: Spending(tokens: 1_653))))
    }

    @Test func aCallNeedsAsMuchAsTheDearestSoFar() {
        let books = BudgetBooks(dearest: Spending(cost: Money(nanodollars: 9_000_000), tokens: 5), hasAnswers: true)
        let answer = Self.terms(Budget(maxCost: Money(nanodollars: 8_999_999))).tryReserve(Self.call, in: books)
        #expect(answer == .refused(next: Spending(cost: Money(nanodollars: 9_000_000), tokens: 1_653)))
    }

    @Test(
        arguments: [
            ("sim-1", 100, true), ("gpt-4o", nil, true), ("gpt-4o", 100, false),
        ] as [(String, Int?, Bool)])
    func whereTheMostIsNotKnownTheFirstCallGoesAlone(model: String, maxTokens: Int?, limitsAnswer: Bool) {
        let terms = Self.terms(Budget(maxCost: Money(nanodollars: 1_000_000_000)), model: model, maxTokens: maxTokens)
        let call = CallSize(promptBytes: 10, images: 1, limitsAnswer: limitsAnswer)
        var books = BudgetBooks()
        guard case .reserved(let first) = terms.tryReserve(call, in: books) else { return #expect(Bool(false)) }
        books.add(first)
        guard case .refused = terms.tryReserve(call, in: books) else { return #expect(Bool(false), "two before the first answer") }
        books = BudgetBooks(dearest: Spending(cost: Money(nanodollars: 5_000), tokens: 5), inFlight: 1, hasAnswers: true)
        guard case .reserved = terms.tryReserve(call, in: books) else { return #expect(Bool(false), "an answer has come") }
    }

    /// 16,384 tokens a picture are set aside; alone, a call needs what is usual.
    @Test func aModelWithoutARuleSpendsTheRestOneByOne() {
        let terms = Self.terms(Budget(maxCost: Money(nanodollars: 10_000_000)), model: "sim-1")
        var books = BudgetBooks(dearest: Spending(cost: Money(nanodollars: 5_000), tokens: 5), hasAnswers: true)
        guard case .reserved(let alone) = terms.tryReserve(Self.call, in: books) else { return #expect(Bool(false)) }
        #expect(alone.tokens == 64 + 18 + 10 + 16_400 + 100)
        books.add(alone)
        guard case .refused(let next) = terms.tryReserve(Self.call, in: books) else { return #expect(Bool(false)) }
        #expect(next.tokens == 64 + 18 + 10 + 2_016 + 100)
    }

    @Test func aCallWithoutPicturesNeedsNoRule() {
        let answer = Self.terms(Budget(maxTokens: 1_000), model: "sim-1").tryReserve(
            CallSize(promptBytes: 10, images: 0), in: BudgetBooks(inFlight: 1))
        guard case .reserved(let spending) = answer else { return #expect(Bool(false)) }
        #expect(spending.tokens == 192)
    }

    @Test func absurdNumbersAreRefusedAndStopNothing() {
        let absurd = Price(inputPerMillion: Money(nanodollars: .max), outputPerMillion: Money(nanodollars: .max))
        let terms = Self.terms(Budget(maxCost: Money(nanodollars: .max - 1)), maxTokens: .max, price: absurd)
        let books = BudgetBooks(committed: Spending(cost: Money(nanodollars: .max), tokens: .max))
        guard case .refused = terms.tryReserve(Self.call, in: books) else { return #expect(Bool(false)) }
    }

    @Test func aChangeLeavesWhatItDoesNotSpeakOf() {
        let budget = Budget(maxCost: Money(nanodollars: 5), maxTokens: 7)
        #expect(BudgetChange().applied(to: budget) == budget)
        #expect(
            BudgetChange(maxCost: .at(Money(nanodollars: 6))).applied(to: budget) == Budget(maxCost: Money(nanodollars: 6), maxTokens: 7))
        #expect(BudgetChange(maxCost: BudgetChange.Cap.none).applied(to: budget) == Budget(maxTokens: 7))
        let both = BudgetChange(maxTokens: .at(9)).over(BudgetChange(maxCost: BudgetChange.Cap.none, maxTokens: .at(1)))
        #expect(both.applied(to: budget) == Budget(maxTokens: 9))
    }

    @Test(arguments: [
        "gpt-4o", "gpt-4o-mini", "gpt-4.1-mini", "o1", "claude-opus-4-8", "claude-haiku", "gemini-2.5-flash", "gemini-3-pro", "pixtral-12b",
        "mistral-small", "llama-3.2-vision", "qwen3-vl", "qwen2-vl", "gpt-5.5", "gpt-6",
    ])
    func noPictureComesToMoreThanTheMost(model: String) throws {
        var random = SplitMix64(seed: 7)
        let rule = ImageTokens(model: model)
        for detail in ImageDetail.allCases.map(Optional.some) + [nil] {
            let most = try #require(rule.most(detail: detail))
            for _ in 0..<2_000 {
                let size = PictureSize(width: .random(in: 1...8_192, using: &random), height: .random(in: 1...8_192, using: &random))
                #expect(rule.range(of: size, detail: detail).upperBound <= most, "\(size)")
            }
        }
        #expect(ImageTokens.unknown.most(detail: nil) == nil)
    }

    @Test(
        arguments: [
            (AttemptPhase.unknown, Billed.unknown, false, Doubt.unknown), (.failed, .unknown, false, .failed),
            (.failed, .yes, false, .paid),
            (.failed, .no, false, nil), (.released, .no, false, nil), (.released, .unknown, false, .failed), (.succeeded, .yes, false, nil),
            (.succeeded, .yes, true, .duplicate), (.open, .unknown, false, nil),
        ] as [(AttemptPhase, Billed, Bool, Doubt?)])
    func whatMayHaveBeenPaidForWithoutUseIsDoubtful(phase: AttemptPhase, billed: Billed, isDuplicate: Bool, doubt: Doubt?) {
        #expect(Doubt(phase, billed: billed, isDuplicate: isDuplicate) == doubt)
    }
}
