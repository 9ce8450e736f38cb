import ArgumentParser
import CutlineRunner
import CutlineSimulator
import SystemPackage

struct Simulate: Command {
    static let configuration = CommandConfiguration(
        abstract: "Play a provider on this machine, with faults if wanted.",
        usage: "cutline simulate [<options>]",
        discussion: """
            A stand-in that measures pictures; it is not a vision model. It listens on 127.0.0.1 only and prints its base URL. \
            It has the models sim-1, which sees, and sim-text, which does not, and takes any other name. Pictures to fetch are \
            at /pictures/NAME.png.

            Examples:
              cutline simulate --as indoxhub --fault quota@50
              cutline simulate --port 8089 --latency 500 \\
                --fault 429:retry-after=2@10% --fault reset@7
            """)

    @Option(help: ArgumentHelp("The port (default: any free one).", valueName: "n")) var port: Int?
    @Option(name: .customLong("as"), help: ArgumentHelp("Whose wire it speaks.", valueName: "dialect")) var dialect:
        SimulatorOptions.Dialect = .openai
    @Option(help: ArgumentHelp("How long each answer takes.", valueName: "milliseconds")) var latency: Int = 0
    @Option(help: ArgumentHelp("By how much each answer is faster or slower.", valueName: "percent")) var latencySpread: Int = 0
    @Option(
        help: ArgumentHelp(
            "A fault and when it happens, as quota@50, 500@10%, 503@5s-80s, 429@model=NAME, inspection@2%pictures, "
                + "rate-limited:retry-after=2@3+; may be given several times.",
            valueName: "kind@when"),
        transform: { try Fault(parsing: $0) })
    var fault: [Fault] = []
    @Flag(help: "Print the names of the faults and end.") var listFaults = false
    @Option(help: ArgumentHelp("Answer 429 above this rate.", valueName: "requests per second")) var rate: Double?
    @Option(help: ArgumentHelp("How many requests may come at once above --rate.", valueName: "n")) var burst: Int = 1
    @Option(
        help: ArgumentHelp(
            "Answer 429 to more calls than these in any window, as 450/30 or 1500/day; :tokens, :input-tokens or :output-tokens count "
                + "those, :fixed and :per-model do what they say; may be given several times.",
            valueName: "n/seconds"),
        transform: { try SimulatorOptions.WindowLimit(parsing: $0) })
    var limit: [SimulatorOptions.WindowLimit] = []
    @Option(help: ArgumentHelp("Answer 429 to calls that would use more tokens than these in any minute.", valueName: "n"))
    var tokensPerMinute: Int?
    @Option(help: ArgumentHelp("The only API key that is accepted.", valueName: "key")) var key: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("How long an exchanged key is good (IndoxHub).", valueName: "seconds"))
    var tokenLifetime: Int = 3_600
    @Option(help: ArgumentHelp("A file that gets a JSON line for each call and each answer.", valueName: "path")) var log: String?

    func validate() throws {
        guard port.map({ (0...65_535).contains($0) }) ?? true else { throw ValidationError("--port must be between 0 and 65535.") }
        guard latency >= 0 else { throw ValidationError("--latency must be at least 0.") }
        guard (0...100).contains(latencySpread) else { throw ValidationError("--latency-spread must be between 0 and 100 percent.") }
        guard tokensPerMinute.map({ $0 > 0 }) ?? true else { throw ValidationError("--tokens-per-minute must be above 0.") }
        guard tokenLifetime >= 0 else { throw ValidationError("--token-lifetime must be at least 0 seconds.") }
        guard rate.map({ $0 > 0 }) ?? true, burst > 0 else { throw ValidationError("--rate and --burst must be above 0.") }
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            guard !listFaults else { return try environment.output.send(Self.faults) }
            var options = SimulatorOptions()
            options.port = port ?? 0
            options.dialect = dialect
            options.latency = .milliseconds(latency)
            options.latencySpread = Double(latencySpread) / 100
            options.faults = fault
            options.rateLimit = rate.map { SimulatorOptions.CallRate(perSecond: $0, burst: Double(burst)) }
            options.limits = limit
            options.tokensPerMinute = tokensPerMinute
            options.keys = key.map { [$0] }
            options.tokenLifetime = .seconds(tokenLifetime)
            options.log = log.map(environment.path)
            let simulator = try await start(options)
            try environment.output.send("\(simulator.baseURL)\n")
            await Self.signal()
            await simulator.stop()
        }
    }

    private func start(_ options: SimulatorOptions) async throws -> Simulator {
        do { return try await Simulator.start(options) } catch let error as Errno {
            throw CommandEnd.usage("--log: \(log ?? "") cannot be written: \(error); give another path")
        } catch {
            throw CommandEnd.usage("cannot listen on port \(options.port) (\(error)); give another --port, or none for any free one")
        }
    }

    /// Each with its summary and the failure class that it comes to.
    private static var faults: String {
        let lines =
            [("400…599", "that status, with the dialect's own error")]
            + Fault.Name.allCases.map { ($0.rawValue, $0.summary + ($0.failureClass.map { " [\($0.rawValue)]" } ?? "")) }
        let width = lines.map(\.0.count).max() ?? 0
        return lines.map { name, text in name + String(repeating: " ", count: width + 2 - name.count) + text + "\n" }.joined()
    }

    private static func signal() async {
        let (signals, continuation) = AsyncStream<Int32>.makeStream()
        let sources = StopSignals { continuation.yield($0) }
        for await _ in signals { break }
        withExtendedLifetime(sources) {}
    }
}

extension SimulatorOptions.Dialect: ExpressibleByArgument {}
