import CutlineCore
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

@Suite struct BudgetTests {
    /// 4,912,500 nano-dollars and 1,666 tokens at most a call.
    static let most: Int64 = 4_912_500
    static let mostTokens = 1_665

    @Test func aBatchStopsBeforeItsCapAndTheOthersOfTheLaneGoOn() throws {
        let fixture = try Fixture.capped(cost: 2 * Self.most + 1, pictures: 0..<9)
        let other = try fixture.queue.openBatch(.make("free"), policy: RetryPolicy(), limits: Limits(concurrency: 99), now: .start)
        _ = try fixture.queue.add([.make(1)], to: other, now: .start)
        #expect(try fixture.claim(9).map(\.batch.number) == [1, 1, 2])
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func theStopSaysHowItStands() throws {
        let fixture = try Fixture.capped(cost: 2 * Self.most + 1, pictures: 0..<9)
        let claims = try fixture.claim(9)
        #expect(claims.count == 2)
        try fixture.settle(claims[0], .used(1_000, 10))
        let stops = try fixture.turn(claiming: 9).stops
        let spent = Spending(cost: Money(nanodollars: 2_600_000), tokens: 1_010)
        #expect(
            stops == [
                LaneStop(
                    lane: "simulator",
                    refusal: .budget(
                        BudgetStop(
                            batch: "harbours", budget: Budget(maxCost: Money(nanodollars: 2 * Self.most + 1)), spent: spent,
                            reserved: Spending(cost: Money(nanodollars: Self.most), tokens: Self.mostTokens),
                            next: Spending(cost: Money(nanodollars: Self.most), tokens: Self.mostTokens), jobsLeft: 7, inFlight: 1)))
            ])
    }

    @Test func whatWasNotNeededIsSpentOnMore() throws {
        let fixture = try Fixture.capped(cost: 2 * Self.most, pictures: 0..<9)
        for claim in try fixture.claim(9) { try fixture.settle(claim, .used(1, 1)) }
        #expect(try fixture.claim(9).count == 1, "two answers for next to nothing leave room for one more")
    }

    /// A dud that the limit cut is bought once more with twice the tokens: 1,000,000 nano-dollars more, where the others still fit.
    @Test func aLongerSecondCallIsMadeWithinTheBudgetAlone() throws {
        let fixture = try Fixture.capped(cost: 2 * Self.most + 900_000, pictures: 0..<2)
        let usage = Usage(inputTokens: 10, outputTokens: 10)
        let dud = Failure(.emptyAnswer, "no text", status: 200, billed: .yes, usage: usage, finishReason: .length)
        try fixture.settle(fixture.claimOne(), Outcome.failure(dud).priced(with: BatchSettings.price, images: 1))
        let turn = try fixture.turn(claiming: 9)
        #expect(turn.claims.map(\.request.parameters.maxTokens) == [100], "the longer one must not keep the other back")
        guard case .budget? = turn.stops.first?.refusal else { return #expect(Bool(false), "\(turn.stops)") }
        try fixture.settle(turn.claims[0], .used(1, 1))
        #expect(try fixture.claim(9).map(\.request.parameters.maxTokens) == [200])
    }

    @Test func aBatchSaysThatItStandsStillWhereItsJobsAreDelayed() throws {
        let fixture = try Fixture.capped(cost: Self.most, pictures: 0..<2)
        for claim in try fixture.claim(2) { try fixture.settle(claim, .used(1_500, 100)) }
        try fixture.queue.execute("UPDATE jobs SET available_at = \(Timestamp.after(60).milliseconds) WHERE state = 'queued'")
        let turn = try fixture.turn(claiming: 9)
        guard case .budget? = turn.stops.first?.refusal else { return #expect(Bool(false), "\(turn.stops)") }
    }

    @Test(
        arguments: [
            (Outcome.failed(.rateLimited, status: 429), 0), (.notSent("stopping"), 0), (.failed(.imageRejected), 0),
            (.billedFailure(.unknown), BudgetTests.most), (.billedFailure(.yes, usage: Usage(inputTokens: 10, outputTokens: 10)), 125_000),
            (.unanswered, BudgetTests.most), (.text("a", tokens: nil), BudgetTests.most), (.text("a", cost: 77), 1_250_000),
            (.text("a", cost: 0), 1_250_000), (.text("a", cost: 9_000_000), 9_000_000), (.reading(Usage(inputTokens: 9)), BudgetTests.most),
            (.reading(Usage(outputTokens: 1_000)), 10_000_000), (.reading(Usage(tokensAtMost: 1_000)), 10_000_000),
        ] as [(Outcome, Int64)])
    func aCallCommitsWhatItCostOrElseWhatItMayHaveCost(outcome: Outcome, committed: Int64) throws {
        let fixture = try Fixture.capped(cost: Self.most, pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), outcome.priced(with: BatchSettings.price, images: 1))
        #expect(try fixture.queue.number("SELECT committed_cost FROM counts") == Int(committed))
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aLateCaptionCostsWhatItCostInPlaceOfItsReservation() throws {
        let fixture = try Fixture.capped(cost: 5 * Self.most, pictures: 0..<1)
        let claim = try fixture.claimOne()
        _ = try fixture.queue.rescue(except: nil, now: .after(400))
        #expect(try fixture.queue.number("SELECT committed_cost FROM counts") == Int(Self.most))
        #expect(try fixture.settle(claim, .used(1_000, 10), at: .after(401)) == .accepted)
        #expect(try fixture.queue.number("SELECT committed_cost FROM counts") == 2_600_000)
        #expect(try fixture.queue.number("SELECT committed_tokens FROM counts") == 1_010)
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func aRepeatedCallReservesAgain() throws {
        let fixture = try Fixture.capped(cost: 2 * Self.most - 1, pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), .billedFailure(.unknown))
        #expect(try fixture.claim(at: .after(99)).isEmpty)
        #expect(try fixture.change(BudgetChange(maxCost: .at(Money(nanodollars: 2 * Self.most)))).claim(at: .after(99)).count == 1)
    }

    @Test func aCapOnTokensNeedsNoPrice() throws {
        var settings = BatchSettings.capped()
        settings.profile.prices = nil
        let fixture = try Fixture.capped(settings, BudgetChange(maxTokens: .at(3 * Self.mostTokens)), pictures: 0..<9)
        #expect(try fixture.claim(9).count == 3)
    }

    @Test func aLiftedCapStopsNothing() throws {
        let fixture = try Fixture.capped(cost: Self.most, pictures: 0..<9)
        #expect(try fixture.claim(9).count == 1)
        try fixture.change(BudgetChange())
        #expect(try fixture.claim(9).isEmpty, "a run that does not speak of it leaves it")
        try fixture.change(BudgetChange(maxCost: BudgetChange.Cap.none))
        #expect(try fixture.claim(9).count == 8)
    }

    /// Made without a budget and without a price: by usage where it is known, else by the most.
    @Test func aCapThatComesLaterCountsWhatWasSpentBefore() throws {
        var settings = BatchSettings.capped()
        settings.profile.prices = nil
        let fixture = try Fixture.capped(settings, BudgetChange(), pictures: 0..<9)
        let claims = try fixture.claim(6)
        let usage = Usage(inputTokens: 1_000, outputTokens: 10)
        let outcomes: [Outcome] = [
            .caption(Caption(text: "u", usage: usage)), .text("a", tokens: nil), .unanswered, .failed(.rateLimited), .text("b", cost: 5),
        ]
        for (claim, outcome) in zip(claims, outcomes) { try fixture.settle(claim, outcome) }
        #expect(try fixture.queue.number("SELECT committed_cost FROM counts") == 5)
        try fixture.change(BudgetChange(maxCost: .at(Money(nanodollars: 10 * Self.most))))
        let known: Int64 = 2_600_000 + 5
        #expect(try fixture.queue.number("SELECT committed_cost FROM counts") == Int(known + 3 * Self.most))
        #expect(try fixture.status().usage.cost == Money(nanodollars: known), "what has usage has a cost by now")
        #expect(try fixture.queue.reader.violations() == [])
    }

    @Test func workersShareTheCap() throws {
        let fixture = try Fixture.capped(cost: 3 * Self.most, pictures: 0..<9)
        let other = try fixture.queue.again(at: .start)
        let second = try other.worker("second")
        #expect(try fixture.claim(2).count == 2)
        #expect(try fixture.turn(claiming: 9, by: second, on: other).claims.count == 1)
        #expect(try fixture.claim(9).isEmpty)
    }

    /// Whatever happens to the calls, in whatever order, in two processes and after restarts.
    @Test(arguments: 0..<UInt64(25)) func noMoreIsSpentThanTheCap(seed: UInt64) throws {
        var life = try CappedLife(seed: seed, model: "gpt-4o", mostTokens: 1_565)
        for step in 0..<60 {
            try life.act()
            #expect(life.spent <= life.cap, "seed \(seed), step \(step)")
        }
        #expect(try life.fixture.queue.reader.violations() == [], "seed \(seed)")
        #expect(life.spent > life.cap / 5, "seed \(seed): the test is blind")
    }

    @Test(arguments: 0..<UInt64(25)) func withoutARuleItIsPassedByOneCallAtMost(seed: UInt64) throws {
        var life = try CappedLife(seed: seed, model: "mystery", mostTokens: 16_000)
        for step in 0..<60 {
            try life.act()
            #expect(life.spent <= life.cap + life.dearest, "seed \(seed), step \(step)")
        }
    }
}

/// Two processes that work on a batch with a cap, and what its calls really cost.
private struct CappedLife {
    private(set) var fixture: Fixture
    private(set) var spent: Int64 = 0
    private(set) var dearest: Int64 = 0
    let cap: Int64
    private let mostTokens: Int
    private var random: SplitMix64
    private var workers: [Worker]
    private var queues: [Queue]
    private var open: [(claim: Claim, usage: Usage, cost: Int64)] = []
    private var now = Timestamp.start
    private var born = 1

    init(seed: UInt64, model: String, mostTokens: Int) throws {
        random = SplitMix64(seed: seed)
        cap = BudgetTests.most * Int64.random(in: 3...12, using: &random) + 12_345
        self.mostTokens = mostTokens
        fixture = try Fixture.capped(.capped(model: model), BudgetChange(maxCost: .at(Money(nanodollars: cap))), pictures: 0..<60)
        queues = [fixture.queue, try fixture.queue.again(at: .start)]
        workers = [fixture.worker, try queues[1].worker("w1")]
    }

    mutating func act() throws {
        now = now + .milliseconds(Int64.random(in: 0...90_000, using: &random))
        try queues[0].resumeLanes(.all)
        let which = Int.random(in: 0...1, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            born += 1
            workers[1] = try queues[1].worker("w\(born)")
            _ = try queues[0].rescue(except: workers[0], now: now)
        case 1: _ = try queues[0].rescue(except: workers[0], now: now)
        case 2: _ = try (queues[0].retry(), queues[0].release())
        case 3:
            try queues[1].close()
            queues[1] = try fixture.queue.again(at: now)
        default: try turn(by: which)
        }
    }

    private mutating func turn(by which: Int) throws {
        open.shuffle(using: &random)
        let ended = open.suffix(Int.random(in: 0...open.count, using: &random))
        open.removeLast(ended.count)
        let settlements = ended.map { Settlement.of($0.claim, outcome($0.usage), at: now) }
        let turn = try fixture.turn(
            settlements, claiming: Int.random(in: 0..<8, using: &random), at: now, by: workers[which], on: queues[which],
            lease: .seconds(120))
        for claim in turn.claims {
            let usage = Usage(
                inputTokens: .random(in: 1...mostTokens, using: &random), outputTokens: .random(in: 1...100, using: &random))
            open.append((claim, usage, BatchSettings.price.cost(of: usage, images: 1)!.nanodollars))
        }
        for (call, settlement) in zip(ended, settlements) {
            guard !settlement.outcome.isFree else { continue }
            spent += call.cost
            dearest = max(dearest, call.cost)
        }
    }

    /// A call that is billed may say what it used or not.
    private mutating func outcome(_ usage: Usage) -> Outcome {
        let caption = Outcome.caption(Caption(text: "a", usage: usage)).priced(with: BatchSettings.price, images: 1)
        let silent = Outcome.caption(Caption(text: "b"))
        return [
            caption, caption, caption, caption, silent, .billedFailure(.unknown), .billedFailure(.yes, usage: usage), .unanswered,
            .failed(.rateLimited, status: 429), .notSent("stopping"), .permanent,
        ].randomElement(using: &random)!.priced(with: BatchSettings.price, images: 1)
    }
}

extension Outcome {
    static func used(_ input: Int, _ output: Int) -> Outcome {
        Outcome.caption(Caption(text: "a", usage: Usage(inputTokens: input, outputTokens: output)))
            .priced(with: BatchSettings.price, images: 1)
    }

    static func reading(_ usage: Usage) -> Outcome { .caption(Caption(text: "a", usage: usage)) }

    static func billedFailure(_ billed: Billed, usage: Usage? = nil) -> Outcome {
        .failure(Failure(.serverError, "said the provider", status: 500, billed: billed, usage: usage))
    }

    fileprivate var isFree: Bool {
        switch self {
        case .failure(let failure): failure.billed == .no
        case .notSent, .changed: true
        case .caption, .unknown: false
        }
    }
}

extension BatchSettings {
    static let price = Price(
        inputPerMillion: Money(nanodollars: 2_500_000_000), outputPerMillion: Money(nanodollars: 10_000_000_000))

    static func capped(model: String = "gpt-4o") -> BatchSettings {
        var settings = BatchSettings.make(model: model, parameters: Parameters(maxTokens: 100))
        settings.profile.prices = [model: price]
        return settings
    }
}

extension Fixture {
    static func capped(cost: Int64, pictures: Range<Int>) throws -> Fixture {
        try capped(.capped(), BudgetChange(maxCost: .at(Money(nanodollars: cost))), pictures: pictures)
    }

    static func capped(_ settings: BatchSettings, _ budget: BudgetChange, pictures: Range<Int>) throws -> Fixture {
        let folder = TemporaryFolder(inMemory: true)
        let queue = try Queue.make(in: folder)
        let batch = try queue.openBatch(
            settings, policy: RetryPolicy(onUnknown: .retry(times: 50)), limits: Limits(concurrency: 10_000), budget: budget, now: .start)
        let fixture = Fixture(folder: folder, queue: queue, batch: batch, worker: try queue.worker("first"))
        try fixture.add(pictures)
        return fixture
    }

    @discardableResult
    func change(_ budget: BudgetChange) throws -> Fixture {
        _ = try queue.openBatch(
            .capped(), policy: RetryPolicy(onUnknown: .retry(times: 50)), limits: Limits(concurrency: 10_000), budget: budget, now: .start)
        return self
    }
}
