import CutlineCore
import TestSupport
import Testing

@testable import CutlineProvider

/// Numbers of providers are readings, and a cap errs upwards.
@Suite struct UsageReadingTests {
    private func usage(_ json: String) -> Usage {
        let root = try? JSONValue(parsing: #"{"usage":\#(json)}"#.utf8)  // A slip in a row shows as unknown numbers.
        return Usage(wire: root ?? .null, headers: [:])
    }

    @Test(
        arguments: [
            // Thinking that only the total shows, and that stands beside the answer.
            (#"{"prompt_tokens":100,"completion_tokens":20,"total_tokens":1120}"#, 100, 1_020),
            (#"{"prompt_tokens":100,"completion_tokens":20,"completion_tokens_details":{"reasoning_tokens":1000}}"#, 100, 1_020),
            (
                #"{"prompt_tokens":100,"completion_tokens":20,"total_tokens":1120,"completion_tokens_details":{"reasoning_tokens":1000}}"#,
                100, 1_020
            ),
            (#"{"prompt_tokens":100,"completion_tokens":1020,"completion_tokens_details":{"reasoning_tokens":1000}}"#, 100, 1_020),
            (#"{"promptTokenCount":100,"candidatesTokenCount":20,"thoughtsTokenCount":1000,"totalTokenCount":1120}"#, 100, 1_020),
            (#"{"promptTokenCount":100,"thoughtsTokenCount":1000}"#, 100, 1_000),
            (#"{"input_tokens":100,"output_tokens":20,"total_tokens":1120}"#, 100, 1_020),
            (#"{"prompt_tokens":100,"total_tokens":1120}"#, 100, 1_020), (#"{"tokens_prompt":"100","tokens_total":"1120"}"#, 100, 1_020),
            // What was stored in a cache and found there is billed too.
            (
                #"{"input_tokens":10,"cache_creation_input_tokens":60,"cache_read_input_tokens":30,"output_tokens":20}"#, 100, 20
            ),
            (#"{"prompt_tokens":100,"completion_tokens":20,"cache_read_input_tokens":30,"total_tokens":120}"#, 100, 20),
            // Contradictions and impossible readings.
            (#"{"prompt_tokens":100,"input_tokens":90,"completion_tokens":20,"output_tokens":25}"#, 100, 25),
            (#"{"prompt_tokens":100,"completion_tokens":20,"total_tokens":50}"#, 100, 20),
            (#"{"prompt_tokens":100,"completion_tokens":20,"total_tokens":-1}"#, 100, 20),
            (#"{"prompt_tokens":100,"completion_tokens":20,"total_tokens":1e300}"#, 100, 20),
            (#"{"prompt_tokens":100,"completion_tokens":-20,"total_tokens":120}"#, 100, 20),
            (#"{"prompt_tokens":100,"completion_tokens":5e9}"#, 100, nil), (#"{"prompt_tokens":-100,"completion_tokens":20}"#, nil, 20),
            (#"{"prompt_tokens":100,"completion_tokens":19.2}"#, 100, 20), (#"{"prompt_tokens":100,"completion_tokens":"many"}"#, 100, nil),
            (#"{"total_tokens":120}"#, nil, nil),
        ] as [(String, Int?, Int?)])
    func theLargerReadingCounts(json: String, input: Int?, output: Int?) {
        let usage = usage(json)
        #expect((usage.inputTokens, usage.outputTokens) == (input, output))
    }

    @Test func aTotalAloneIsKeptAsTheMost() {
        #expect(usage(#"{"total_tokens":120}"#) == Usage(tokensAtMost: 120))
        #expect(usage(#"{"completion_tokens":20,"total_tokens":120}"#) == Usage(outputTokens: 20, tokensAtMost: 120))
    }

    @Test(arguments: [
        (#"{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":8},"cache_read_tokens":2}"#, 2),
        (#"{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":-8},"cache_read_tokens":2}"#, 2),
    ]) func ofCachedTokensTheSmallerCounts(json: String, cached: Int) { #expect(usage(json).cachedTokens == cached) }

    @Test(
        arguments: [
            (#"{"cost":0.001,"cost_details":{"upstream_inference_cost":0.002}}"#, 2_000_000),
            (#"{"cost":0.001,"is_byok":true,"cost_details":{"upstream_inference_cost":0.02}}"#, 21_000_000),
            (#"{"cost":-5,"cost_breakdown":{"total_cost":0.002}}"#, 2_000_000), (#"{"cost":1e12}"#, nil),
            (#"{"cost_breakdown":{"input":0.001,"output":-0.002}}"#, nil),
        ] as [(String, Int64?)])
    func ofCostsTheLargerCounts(json: String, nanodollars: Int64?) {
        #expect(usage(json).cost == nanodollars.map(Money.init(nanodollars:)))
    }

    @Test(arguments: [
        #"{"usage":{"prompt_tokens":9,"completion_tokens":1},"x_groq":{"usage":{"prompt_tokens":9,"completion_tokens":7}}}"#,
        #"{"usage":{"prompt_tokens":9,"completion_tokens":1},"data":{"data":"x","usage":{"prompt_tokens":9,"completion_tokens":7}}}"#,
        #"{"choices":[{"usage":{"prompt_tokens":9,"completion_tokens":7}}]}"#,
    ]) func everyPlaceIsRead(json: String) throws {
        let usage = Usage(wire: try JSONValue(parsing: json.utf8), headers: [:])
        #expect((usage.inputTokens, usage.outputTokens) == (9, 7))
    }

    @Test func ofAStreamsChunksTheLargerCounts() {
        let stream = """
            data: {"choices":[{"delta":{"content":"A"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":70}}

            data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":-4}}

            data: [DONE]


            """
        #expect(read(stream, headers: [("content-type", "text/event-stream")]).caption?.usage.outputTokens == 70)
    }

    @Test func whatAnErrorUsedIsReadBesideIt() {
        let body = #"{"error":{"message":"the model failed","usage":{"prompt_tokens":9,"completion_tokens":7}}}"#
        let failure = read(body, status: 500).failure
        #expect((failure?.billed, failure?.usage?.outputTokens) == (.yes, 7))
        #expect(read(body, status: 401).failure?.billed == .no, "a refusal before the model costs nothing")
    }

    /// Whatever stands under whichever key: no answer makes what a budget reckons with smaller than a reading of it.
    @Test(arguments: 0..<UInt64(40)) func noReadingExceedsWhatIsReckonedWith(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<25 {
            let drawn = DrawnUsage(&random)
            let used = Usage(wire: .object(["usage": drawn.json]), headers: [:])
            guard case .caption(let caption) = Outcome.caption(Caption(text: "a", usage: used)).priced(with: DrawnUsage.price, images: 1)
            else { return #expect(Bool(false)) }
            let reckoned = max(caption.usage.cost ?? .zero, caption.usage.costAtMost ?? .zero)
            #expect(reckoned >= drawn.dearestReading, "\(drawn.json.text) came to \(caption.usage)")
            let tokens = max(caption.usage.totalTokens ?? 0, caption.usage.tokensAtMost ?? 0)
            #expect(tokens >= drawn.largestTotal || caption.usage.totalTokens == nil, "\(drawn.json.text) came to \(caption.usage)")
        }
    }
}

/// Usage as no provider should write it, and what a careful reader makes of it at the most.
private struct DrawnUsage {
    static let price = Price(inputPerMillion: Money(nanodollars: 1_000_000_000), outputPerMillion: Money(nanodollars: 10_000_000_000))
    private(set) var json = JSONValue.null
    private var inputs: [Int] = []
    private var outputs: [Int] = []
    private var totals: [Int] = []
    private var costs: [Money] = []

    init(_ random: inout SplitMix64) {
        var members: [String: JSONValue] = [:]
        func draw(_ name: String, _ most: Int) -> Int? {
            guard Int.random(in: 0..<10, using: &random) < 6 else { return nil }
            let number = Int.random(in: 1...most, using: &random)
            let odd: [JSONValue] = [.integer(-5), .number(1e300), .string("many"), .null, .number(-0.5), .integer(5_000_000_000)]
            guard Int.random(in: 0..<10, using: &random) < 7 else {
                members[name] = odd.randomElement(using: &random)!
                return nil
            }
            members[name] = Bool.random(using: &random) ? JSONValue.integer(Int64(number)) : .string(String(number))
            return number
        }
        for name in ["prompt_tokens", "input_tokens", "promptTokenCount", "tokens_prompt"] {
            inputs += [draw(name, 500)].compactMap(\.self)
        }
        for name in ["completion_tokens", "output_tokens", "candidatesTokenCount"] { outputs += [draw(name, 300)].compactMap(\.self) }
        for name in ["total_tokens", "totalTokenCount"] { totals += [draw(name, 3_000)].compactMap(\.self) }
        if let cost = draw("cost", 9) { costs.append(Money(nanodollars: Int64(cost) * 1_000_000_000)) }
        json = .object(members)
    }

    var largestTotal: Int { max((inputs.max() ?? 0) + (outputs.max() ?? 0), totals.max() ?? 0) }

    /// Each input with each output, told or left of a total that is possible.
    var dearestReading: Money {
        let pairs = (inputs + (inputs.isEmpty ? [0] : [])).flatMap { input in
            (outputs + [0] + totals.filter { $0 > input }.map { $0 - input }).map { (input, $0) }
        }
        let prices = pairs.compactMap { input, output -> Money? in
            Self.price.cost(of: Usage(inputTokens: input, outputTokens: output), images: 1)
        }
        return (prices + costs).max() ?? .zero
    }
}
