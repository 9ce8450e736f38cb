import CutlineCore
import TestSupport
import Testing

@testable import CutlineSimulator

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite(.timeLimit(.minutes(15))) struct LimitTests {
    typealias WindowLimit = SimulatorOptions.WindowLimit

    // MARK: Windows

    @Test func aSlidingWindowFreesEachCallAWholeWindowLater() {
        var window = LimitWindow(WindowLimit(count: 2, seconds: 30))
        #expect([0, 10].map { window.passes(at: .seconds($0)) } == [true, true])
        #expect(window.told(at: .seconds(10)) == .seconds(20))
        #expect(window.told(at: .milliseconds(29_999)) == .milliseconds(1))
        #expect([30, 31].map { window.passes(at: .seconds($0)) } == [true, false])
        #expect(window.told(at: .seconds(31)) == .seconds(9))
    }

    /// Two windows side by side: four calls within three seconds.
    @Test func aFixedWindowBeginsWithItsFirstCall() {
        var window = LimitWindow(WindowLimit(count: 2, seconds: 30, isFixed: true))
        let times = [7, 35, 36, 37, 38, 39]
        #expect(times.map { window.passes(at: .seconds($0)) } == [true, true, false, true, true, false])
        #expect(window.told(at: .seconds(39)) == .seconds(28))
    }

    /// Against a count by hand, at random moments and with random units.
    @Test(arguments: 0..<20) func noWindowEverHoldsMoreAndNoRoomIsWithheld(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var window = LimitWindow(WindowLimit(count: 50, seconds: 10))
        var taken: [(time: Duration, units: Int)] = []
        var now = Duration.zero
        for _ in 0..<400 {
            now += .milliseconds(Int.random(in: 0...900, using: &random))
            let units = Int.random(in: 1...12, using: &random)
            let held = taken.filter { $0.time > now - .seconds(10) }.reduce(0) { $0 + $1.units }
            let wait = window.wait(for: units, at: now)
            #expect((wait == nil) == (held + units <= 50))
            if let wait {
                #expect(window.told(units, at: now + wait) == nil)
                #expect(window.told(units, at: now + wait - .nanoseconds(1)) != nil)
            } else {
                window.take(units, at: now)
                taken.append((now, units))
            }
        }
    }

    @Test func whatNeverFitsWaitsAWholeWindow() {
        #expect(LimitWindow(WindowLimit(count: 10, seconds: 60)).told(11, at: .zero) == .seconds(60))
    }

    @Test func whatIsLeftIsToldWithTheTimeUntilAllIsFree() {
        var window = LimitWindow(WindowLimit(count: 10, seconds: 60))
        window.take(3, at: .seconds(5))
        window.take(4, at: .seconds(25))
        let times: [Duration] = [.seconds(30), .seconds(65), .seconds(85)]
        #expect(
            times.map { window.allowance(at: $0) } == [
                LimitState(limit: 10, remaining: 3, reset: 55, window: 60), LimitState(limit: 10, remaining: 6, reset: 20, window: 60),
                LimitState(limit: 10, remaining: 10, reset: 0, window: 60),
            ])
    }

    // MARK: All limits together

    @Test func aCallThatOneLimitRefusesIsCountedByNone() throws {
        var options = SimulatorOptions(rateLimit: SimulatorOptions.CallRate(perSecond: 1, burst: 3))
        options.limits = [WindowLimit(count: 2, seconds: 10)]
        options.tokensPerMinute = 1_000
        var gate = Gate(options, at: .zero)
        try gate.admit(Demand(tokens: 900), at: .zero)
        #expect(throws: ScriptedRefusal.overLimit(wait: 60)) { try gate.admit(Demand(tokens: 101), at: .zero) }
        try gate.admit(Demand(tokens: 100), at: .zero)
        #expect(throws: ScriptedRefusal.overLimit(wait: 10)) { try gate.admit(Demand(), at: .zero) }
        let left = gate.allowances(for: nil, at: .zero)
        #expect(left[.tokens]?.remaining == 0)
        // Of the bucket's three tokens and the window's two calls, the window leaves less.
        #expect(left[.requests] == LimitState(limit: 2, remaining: 0, reset: 10, window: 10))
        try gate.admit(Demand(), at: .seconds(10))
    }

    @Test func limitsOfEveryKindHoldTogether() throws {
        var options = SimulatorOptions()
        options.limits = try ["15/minute", "20/day", "100/minute:tokens", "90/minute:input-tokens", "30/minute:output-tokens"].map {
            try WindowLimit(parsing: $0)
        }
        // Twice the same: the first passes, and one limit refuses the second.
        for demand in [Demand(tokens: 51), Demand(input: 46), Demand(output: 16)] {
            var gate = Gate(options, at: .zero)
            #expect(gate.wait(for: demand) == nil)
            #expect(gate.wait(for: demand) == 60)
        }
        var gate = Gate(options, at: .zero)
        #expect((1...16).map { _ in gate.wait(for: Demand()) } == Array(repeating: nil, count: 15) + [60])
        #expect(gate.allowances(for: nil, at: .zero)[.requests]?.remaining == 0)
    }

    @Test func aModelHasWindowsOfItsOwn() throws {
        var options = SimulatorOptions()
        options.limits = [try WindowLimit(parsing: "1/minute:per-model")]
        var gate = Gate(options, at: .zero)
        try gate.admit(Demand(model: "a"), at: .zero)
        try gate.admit(Demand(model: "b"), at: .zero)
        #expect(throws: ScriptedRefusal.overLimit(wait: 60)) { try gate.admit(Demand(model: "a"), at: .zero) }
        #expect(["a", "c"].map { gate.allowances(for: $0, at: .zero)[.requests]?.remaining } == [0, 1])
    }

    @Test func whatNoWindowHoldsIsToldWithBothNumbers() async throws {
        var options = SimulatorOptions(dialect: .groq)
        options.tokensPerMinute = 200
        try await withSimulator(options) { simulator in
            let refused = try await simulator.post(chat(images: [dataURL(png())]), to: "/openai/v1/chat/completions")
            #expect(refused.status == 413)
            #expect(refused.body.contains("on tokens per minute (TPM): Limit 200, Requested 267,"))
            #expect(try await simulator.post(chat(), to: "/openai/v1/chat/completions").status == 200)
        }
    }

    @Test(arguments: [(0.2, 1.0), (1, 1), (1.2, 2), (29.01, 30)])
    func aWaitIsToldInWholeSeconds(wait: Double, told: Double) {
        #expect(ScriptedRefusal.overLimit(wait: wait).limitWait == told)
    }

    // MARK: On the wire

    @Test func aCallOverAWindowIsToldItsWaitAndWhatIsLeft() async throws {
        var options = SimulatorOptions()
        options.limits = [WindowLimit(count: 2, seconds: 3_600)]
        try await withSimulator(options) { simulator in
            let first = try await simulator.post(chat())
            #expect(first.headers["x-ratelimit-limit-requests"] == "2")
            #expect(first.headers["x-ratelimit-remaining-requests"] == "1")
            try await simulator.post(chat())
            let refused = try await simulator.post(chat())
            #expect(refused.status == 429)
            let wait = try #require(refused.headers["retry-after"].flatMap { Int($0) })
            #expect((3_540...3_600).contains(wait))
            #expect(refused.headers["x-ratelimit-remaining-requests"] == "0")
        }
    }

    @Test func tokensAreThoseOfPromptAndAnswer() async throws {
        // "Describe it." is three, the picture 255, the answer nine words.
        let call = chat(images: [dataURL(png())])
        let used = 3 + 255 + 9
        var options = SimulatorOptions()
        options.tokensPerMinute = 2 * used
        try await withSimulator(options) { simulator in
            let first = try await simulator.post(call)
            #expect(try first.json["usage"]?["total_tokens"]?.int == used)
            #expect(first.headers["x-ratelimit-limit-tokens"] == "\(2 * used)")
            #expect(first.headers["x-ratelimit-remaining-tokens"] == "\(used)")
            #expect(try await simulator.post(call).status == 200)
            let refused = try await simulator.post(chat())
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] != nil)
            #expect(refused.headers["x-ratelimit-remaining-tokens"] == "0")
        }
    }

    @Test func aDialectThatTellsNoWaitTellsNone() async throws {
        var options = SimulatorOptions(dialect: .anyfast)
        options.limits = [WindowLimit(count: 1, seconds: 60)]
        try await withSimulator(options) { simulator in
            try await simulator.post(chat())
            let refused = try await simulator.post(chat())
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == nil)
        }
    }

    @Test(arguments: [
        (LimitForm.openAI, "x-ratelimit-reset-tokens", "1m30s"), (.groq, "x-ratelimit-remaining-tokens", "7"),
        (.azure, "x-ratelimit-remaining-tokens", "7"), (.mistral, "x-ratelimit-limit-tokens-minute", "60"),
        (.anthropic, "anthropic-ratelimit-tokens-reset", "1970-01-01T00:29:50Z"),
    ])
    func tokensAreToldInTheFormOfTheDialect(form: LimitForm, name: String, value: String) {
        let allowances = Allowances(byKind: [.tokens: LimitState(limit: 60, remaining: 7, reset: 90, window: 60)])
        let headers = allowances.headers(form, at: Timestamp(milliseconds: 1_700_000), isRefusal: false)
        #expect(headers.first { $0.0 == name }?.1 == value)
    }

    // MARK: What is written on the command line

    @Test(arguments: [
        ("450/30", WindowLimit(count: 450, seconds: 30)), ("1/0.5", WindowLimit(count: 1, seconds: 0.5)),
        ("1500/day", WindowLimit(count: 1_500, seconds: 86_400)), ("15/minute:fixed", WindowLimit(count: 15, seconds: 60, isFixed: true)),
        ("450/1800:fixed", WindowLimit(count: 450, seconds: 1_800, isFixed: true)),
        ("1500/day:per-model", WindowLimit(count: 1_500, seconds: 86_400, isPerModel: true)),
        ("6000/minute:input-tokens:fixed", WindowLimit(count: 6_000, seconds: 60, kind: .inputTokens, isFixed: true)),
    ])
    func aLimitIsWrittenAsCallsPerSeconds(text: String, limit: WindowLimit) throws {
        #expect(try WindowLimit(parsing: text) == limit)
    }

    @Test(arguments: [
        "", "450", "450/", "/30", "0/30", "450/0", "-1/30", "450/nan", "450/inf", "450/30:", "450/30:sliding", "1/2/3", "1.5/2", "1/week",
        "1/2:words", "1/2:fixed:",
    ])
    func aLimitThatIsNoneIsRefused(text: String) {
        #expect(throws: InvalidLimit(text: text)) { try WindowLimit(parsing: text) }
    }

    // MARK: Latency

    @Test func latenciesSpreadEvenlyAroundTheirMiddle() {
        let options = SimulatorOptions(latency: .seconds(1), latencySpread: 0.3)
        let times = (1...10_000).map { options.latency(of: $0) / .seconds(1) }
        #expect(times.allSatisfy { (0.7...1.3).contains($0) })
        #expect(abs(times.reduce(0, +) / 10_000 - 1) < 0.01)
        #expect(times.min() ?? 1 < 0.71 && times.max() ?? 1 > 1.29)
        #expect(options.latency(of: 7) == options.latency(of: 7))
        #expect(SimulatorOptions(latency: .seconds(1)).latency(of: 7) == .seconds(1))
    }
}

extension LimitWindow {
    /// What a call would be told.
    fileprivate func told(_ units: Int = 1, at now: Duration) -> Duration? {
        var window = self
        return window.wait(for: units, at: now)
    }

    fileprivate mutating func passes(at now: Duration) -> Bool {
        guard wait(for: 1, at: now) == nil else { return false }
        take(1, at: now)
        return true
    }
}

extension Gate {
    /// What a call would be told; nil where it passed and was counted.
    fileprivate mutating func wait(for demand: Demand) -> Double? {
        do throws(ScriptedRefusal) {
            try admit(demand, at: .zero)
            return nil
        } catch { return error.limitWait }
    }
}
