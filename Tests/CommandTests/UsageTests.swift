import CutlineProvider
import CutlineSimulator
import SystemPackage
import Testing

@testable import cutline

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Exit code 64, its sentences, and that nothing was made.
@Suite(.timeLimit(.minutes(15))) struct UsageTests {
    @Test(arguments: [
        (
            ["run", "a.png"],
            "which provider? Give --provider NAME, one of \(builtInProviders)"
        ),
        (["run", "a.png", "--provider", "openai"], "which model? Give --model NAME, as openai calls it"),
        (["run", "a.png", "--provider", "simulator", "--model", "m"], "what to ask? Give --prompt TEXT or --prompt-file PATH"),
        (["run", "empty.json"], "which model? Give --model NAME, as simulator calls it, or `model` in the job file"),
        (
            ["add", "a.png", "--provider", "nope", "--model", "m", "--prompt", "p"],
            "there is no provider \"nope\"; known are \(builtInProviders), and a job file's `provider` can describe another one"
        ),
        (
            ["run", "a.png", "--provider", "openai", "--model", "m", "--prompt", "p", "--api-key-file", "empty.key"],
            "--api-key-file: empty.key is empty; give a file that holds the key alone"
        ),
        (
            ["run", "a.png", "--provider", "openai", "--model", "m", "--prompt", "p", "--api-key-file", "two.key"],
            "--api-key-file: two.key holds more than one word; give a file that holds the key alone"
        ),
        (
            ["run", "plain.json", "--model", "m", "--prompt", "p"],
            "http://pictures.invalid/v1 would be called without encryption; use https, or allow it with --insecure-http"
        ),
    ])
    func whatIsMissingIsNamedWithItsFlag(arguments: [String], sentence: String) async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("empty.json", #"{"provider": "simulator", "images": ["a.png"]}"#)
        harness.write("plain.json", #"{"provider": {"name": "mine", "base_url": "http://pictures.invalid/v1"}, "images": ["a.png"]}"#)
        harness.write("empty.key", " \n")
        harness.write("two.key", "sk-one\nsk-two\n")
        #expect(await harness.run(arguments) == CommandResult(code: 64, output: "", error: "cutline: \(sentence)\n"))
        #expect(!harness.has("cutline.db"))
    }

    @Test(arguments: [
        ("hackclub", "HACKCLUB_API_KEY"), ("infron", "INFRON_API_KEY"), ("indoxhub", "INDOXHUB_API_KEY"), ("anyfast", "ANYFAST_API_KEY"),
        ("openai", "OPENAI_API_KEY"),
    ])
    func aMissingKeyIsNamedAndNothingIsMade(provider: String, variable: String) async {
        var harness = CommandHarness(pictures: "a.png")
        harness.variables[variable] = "  "
        let said = await harness.cutline("run", "a.png", "--provider", provider, "--model", "m", "--prompt", "p")
        #expect(
            said
                == CommandResult(
                    code: 64, output: "",
                    error:
                        "cutline: \(provider) needs an API key: set the environment variable \(variable) (export \(variable)=…), or give --api-key-file PATH\n"
                ))
        #expect(!harness.has("cutline.db"))
    }

    @Test(arguments: [
        (
            [[0x61], Array("é caf".utf8) + [0xE9]],
            "argument 2, \"é caf\\xe9\", is not UTF-8: its byte 7 is 0xE9; give it in UTF-8; a file of such a name is reached through its folder, "
                + "or by a glob in quotes"
        ),
        ([Array("é".utf8), [0x61, 0x62]], nil),
    ])
    func anArgumentThatIsNotUTF8IsRefused(arguments: [[UInt8]], sentence: String?) {
        #expect(RawArguments.objection(to: arguments, in: "/nowhere") == sentence)
    }

    @Test func aFileWhoseNameIsNotUTF8IsNamedWithAWayToIt() async throws {
        let harness = CommandHarness()
        let picture = harness.folder.write("a.png", png("a"))
        func rename(to name: [UInt8]) throws {
            let path = harness.folder.path.appending(FilePath(bytes: name).components)
            try #require(picture.withPlatformString { old in path.withPlatformString { link(old, $0) } } == 0)
        }
        let (name, mark) = (Array("caf".utf8) + [0xE9] + Array(".png".utf8), [0xFF, 0x5B] + Array(".png".utf8))
        try rename(to: name)
        try rename(to: mark)
        let said = { RawArguments.objection(to: [$0], in: harness.folder.path) }
        let path = "\(harness.folder.path.text)/caf\\xe9.png"
        #expect(
            said(name) == "argument 1, \"caf\\xe9.png\", is not UTF-8: its byte 4 is 0xE9; the file \(path) is reached through its folder, "
                + "or by a glob: 'caf?.png'")
        // What the advice says works.
        let added = await harness.cutline("add", "caf?.png", "--provider", "simulator", "--model", "m", "--prompt", "p", "--dry-run")
        #expect(added.code == 0 && added.error.contains("1 new job"), "\(added)")
        // A bracket would be part of the glob.
        #expect(said(mark)?.hasSuffix("is reached through its folder") == true)
    }

    @Test func workAsksForTheKeysOfWhatIsQueued() async {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.cutline("add", "a.png", "--provider", "infron", "--model", "m", "--prompt", "p")
        let said = await harness.cutline("work")
        #expect(said.code == 64)
        #expect(said.error.hasPrefix("cutline: infron needs an API key: set the environment variable INFRON_API_KEY"))
    }

    @Test func aMissingKeyFileIsAUsageError() async {
        let harness = CommandHarness(pictures: "a.png")
        let said = await harness.cutline(
            "run", "a.png", "--provider", "openai", "--model", "m", "--prompt", "p", "--api-key-file", "none")
        #expect(said.code == 64)
        #expect(
            said.error
                == "cutline: --api-key-file: \(harness.path("none")) cannot be read: No such file or directory; give a file that holds the key alone\n"
        )
    }

    @Test func aKeyThatNoHeaderCanCarryIsNotShown() async {
        var harness = CommandHarness(pictures: "a.png")
        harness.variables["OPENAI_API_KEY"] = "sk-canary\r\nX: y"
        let said = await harness.cutline("run", "a.png", "--provider", "openai", "--model", "m", "--prompt", "p")
        #expect(
            said.error
                == "cutline: OPENAI_API_KEY cannot be an API key: it holds white space or other characters that none has; set it again\n")
        #expect(said.code == 64)
    }

    @Test(arguments: [
        (["run", "a.png", "--modle", "m"], "Unknown option '--modle'. Did you mean '--model'?"),
        (["export", "--formt", "csv"], "Unknown option '--formt'. Did you mean '--format'?"),
        (["sow", "a.png"], "2 unexpected arguments: 'sow', 'a.png'"),
        (["run"], "Missing expected argument '<input> ...'"),
        (
            ["run", "a.png", "--detail", "most"],
            "The value 'most' is invalid for '--detail <level>'. Please provide one of 'auto', 'low', 'high' or 'original'."
        ),
        (
            ["run", "a.png", "--on-unknown", "x"],
            "The value 'x' is invalid for '--on-unknown <policy>'. Please provide one of 'retry', 'retry=N' or 'hold'."
        ),
        (["run", "a.png", "--max-tokens", "0"], "--max-tokens must be above 0."),
        (["run", "a.png", "--max-tokens", "-1"], "--max-tokens must be above 0."),
        (["run", "a.png", "--max-tokens", "many"], "The value 'many' is invalid for '--max-tokens <n>'"),
        (["run", "a.png", "--temperature", "-0.5"], "--temperature must be at least 0."),
        (["run", "a.png", "--temperature", "nan"], "--temperature must be at least 0."),
        (["run", "a.png", "--concurrency", "0"], "--concurrency must be above 0."),
        (["run", "a.png", "--requests-per-minute", "-5"], "--requests-per-minute must be above 0."),
        (["run", "a.png", "--tokens-per-minute", "0"], "--tokens-per-minute must be above 0."),
        (["run", "a.png", "--max-attempts", "0"], "--max-attempts must be above 0."),
        (["run", "a.png", "--timeout", "0"], "--timeout must be at least 0.001 and at most 86400 seconds."),
        (["work", "--timeout", "90000"], "--timeout must be at least 0.001 and at most 86400 seconds."),
        (["run", "a.png", "--prompt", ""], "--prompt must not be empty."),
        (["run", "a.png", "--model", ""], "--model must not be empty."),
        (["run", "a.png", "--batch", ""], "--batch must not be empty."),
        (["run", "a.png", "--prompt", "p", "--prompt-file", "f"], "Give either --prompt or --prompt-file, not both."),
        (["export", "--format", "table", "-o", "x"], "--format table is for stdout; give -o with jsonl or csv."),
        (["status", "--watch", "--json"], "Give either --json or --watch, not both."),
        (["simulate", "--port", "99999"], "--port must be between 0 and 65535."),
        (["simulate", "--token-lifetime", "-1"], "--token-lifetime must be at least 0 seconds."),
        (
            ["simulate", "--fault", "quotta@50"],
            """
            The value 'quotta@50' is invalid for '--fault <kind@when>': cannot read the fault "quotta@50": the kind "quotta" is not \
            known; did you mean quota? Known are a status from 400 to 599 and the names that cutline simulate --list-faults prints
            """
        ),
    ])
    func aWrongFlagSaysWhatIsWrongWithIt(arguments: [String], sentence: String) async {
        let harness = CommandHarness(pictures: "a.png")
        let said = await harness.run(arguments)
        #expect(said.code == 64)
        #expect(said.output == "")
        #expect(said.error.split(separator: "\n")[0] == "Error: \(sentence)")
        #expect(said.error.contains("See 'cutline"))
        #expect(!harness.has("cutline.db"))
    }

    @Test(arguments: [("infrom", "infron"), ("hackculb", "hackclub"), ("Openai", "openai"), ("anyfst", "anyfast")])
    func aMisspeltProviderIsGuessed(word: String, meant: String) async {
        let said = await CommandHarness(pictures: "a.png").cutline("add", "a.png", "--provider", word, "--model", "m", "--prompt", "p")
        #expect(said.code == 64)
        #expect(said.error.hasPrefix("cutline: there is no provider \"\(word)\"; did you mean \(meant)? Known are hackclub, "))
    }

    @Test func anUnknownBatchNamesTheKnownOnes() async {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.add("a.png", "--batch", "one")
        _ = await harness.add("a.png", "--batch", "two")
        for command in [["work"], ["export"], ["show", "a.png"]] {
            let said = await harness.run(command + ["--batch", "three"])
            #expect(
                said
                    == CommandResult(
                        code: 64, output: "", error: "cutline: there is no batch \"three\" in this queue; it has \"one\", \"two\"\n"))
        }
    }

    @Test func theFaultsAreListedWithWhatTheyComeTo() async {
        let said = await CommandHarness().cutline("simulate", "--list-faults")
        #expect(said.code == 0 && said.error == "")
        let lines = said.output.split(separator: "\n")
        #expect(lines.count == Fault.Name.allCases.count + 1)
        #expect(lines[0] == "400…599                that status, with the dialect's own error")
        #expect(lines.contains("quota                  the credit is used up [quota_exhausted]"))
        #expect(lines.contains("cut                    an answer that ends at the token limit"))
    }

    @Test func theSimulatorSaysWhyItCannotStart() async throws {
        let harness = CommandHarness()
        let log = await harness.cutline("simulate", "--log", "none/log")
        #expect(
            log
                == CommandResult(
                    code: 64, output: "",
                    error: "cutline: --log: none/log cannot be written: No such file or directory; give another path\n"))
        try await withSimulator { simulator in
            let port = String(simulator.baseURL.dropFirst("http://127.0.0.1:".count).prefix { $0 != "/" })
            let said = await harness.cutline("simulate", "--port", port)
            #expect(said.code == 64)
            #expect(said.error.hasPrefix("cutline: cannot listen on port \(port) ("))
            #expect(said.error.hasSuffix("; give another --port, or none for any free one\n"))
        }
    }

    @Test func theHelpSaysWhereTheProvidersAre() throws {
        let help = Cutline.helpMessage(for: Run.self, columns: 200)
        for name in ["hackclub", "infron", "indoxhub", "anyfast", "`cutline providers`"] { #expect(help.contains(name)) }
    }
}
