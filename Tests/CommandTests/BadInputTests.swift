import Testing

/// Exit code 65, its sentences, and that nothing was added.
@Suite(.timeLimit(.minutes(15))) struct BadInputTests {
    private static let whole = #""provider": "simulator", "model": "m", "prompt": "p""#

    @Test(arguments: [
        ("{\"provider\": \"simulator\",\n \"model\":,}", "the job file jobs.json is not JSON, line 2, column 10: unexpected character"),
        (
            #"{"promt": "p"}"#,
            "the job file jobs.json cannot be used, promt: unknown key; known here: batch, provider, model, system, prompt, parameters, limits, budget, checks, fallback, priority, tier, prepare, images, jobs"
        ),
        (
            #"{"images": ["a.png"], "jobs": [{"images": ["a.png"]}, {"images": ["a.png"]}, {"images": ["a.png"]}, {"images": [3]}]}"#,
            "the job file jobs.json cannot be used, jobs[3].images[0]: expected a text"
        ),
        (
            #"{"parameters": {"max_tokens": 0}, "images": ["a.png"]}"#,
            "the job file jobs.json cannot be used, parameters.max_tokens: must be above 0"
        ),
        (
            #"{"limits": {"requests_per_minute": -1}, "images": ["a.png"]}"#,
            "the job file jobs.json cannot be used, limits.requests_per_minute: must be above 0"
        ),
        (
            #"{"provider": "nope", "images": ["a.png"]}"#,
            "the job file jobs.json cannot be used, provider: there is no provider \"nope\"; known are \(builtInProviders), and a job file's `provider` can describe another one"
        ),
        (
            #"{"provider": {"name": "mine"}, "model": "m", "prompt": "p", "images": ["a.png"]}"#,
            "the job file jobs.json cannot be used, provider: needs base_url; a profile without it must have one of the names \(builtInProviders)"
        ),
        (
            #"{"provider": {"name": "mine", "base_url": "localhost"}, "images": ["a.png"]}"#,
            "the job file jobs.json cannot be used, provider.base_url: expected an address that begins with http:// or https://; did you mean http://localhost?"
        ),
        ("{\(whole), \"images\": [\"none.png\"]}", "jobs.json, images[0]: there is no file or folder none.png; check the path"),
        ("{\(whole), \"images\": [\"*.tiff\"]}", "jobs.json, images[0]: nothing matches *.tiff; check the path and the pattern"),
        (
            "{\(whole), \"images\": [\"a.png\", \"notes.txt\"]}",
            "jobs.json, images[1]: notes.txt is not a picture, whatever its name says; take it out of the input"
        ),
        (
            #"{\#(whole), "jobs": [{"key": "k", "images": ["a.png"]}, {"key": "k", "images": ["b.png"]}]}"#,
            "the key k stands for different pictures, a.png and b.png; give them keys of their own in a job file or manifest"
        ),
        ("{\(whole)}", "jobs.json names no picture; add `images` or `jobs` to it, or name a folder"),
    ])
    func aBadJobFileIsRefusedBeforeAnythingIsAdded(text: String, sentence: String) async {
        let harness = CommandHarness(pictures: "a.png", "b.png")
        harness.write("jobs.json", text)
        harness.write("notes.txt", "not a picture")
        for command in ["run", "add"] {
            #expect(await harness.cutline(command, "jobs.json") == CommandResult(code: 65, output: "", error: "cutline: \(sentence)\n"))
        }
        #expect(!harness.has("cutline.db"))
    }

    @Test(arguments: [
        ("none", "there is no file or folder none; check the path"),
        ("*.tiff", "nothing matches *.tiff; check the path and the pattern"),
        ("notes.txt", "notes.txt, line 1: there is no file or folder not a picture; check the path"),
        ("empty.png", "empty.png is empty; restore it or take it out of the input"),
        ("http://", "the address http:// names no host"),
        ("a.png none", "there is no file or folder none; check the path"),
    ])
    func aBadInputIsRefusedBeforeAnythingIsAdded(inputs: String, sentence: String) async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("notes.txt", "not a picture")
        harness.write("empty.png", "")
        let said = await harness.run(["add"] + inputs.split(separator: " ").map(String.init) + CommandHarness.asking)
        #expect(said == CommandResult(code: 65, output: "", error: "cutline: \(sentence)\n"))
        #expect(!harness.has("cutline.db"))
    }

    @Test func aBadInputAddsNothingToAQueueThatIsThere() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        _ = await harness.caption("photos")
        harness.folder.write("photos/b.png", png("b"))
        harness.write("photos/notes.txt", "not a picture")
        #expect(await harness.add("photos", "photos/notes.txt").code == 65)
        #expect(try await harness.records("--state", "all").count == 1)
    }

    @Test func anotherPromptUnderTheSameNameAsksForAnotherBatch() async throws {
        let harness = CommandHarness(pictures: "photos/a.png")
        _ = await harness.caption("photos")
        harness.folder.write("photos/b.png", png("b"))
        let said = await harness.cutline("run", "photos", "--prompt", "Else?")
        #expect(
            said
                == CommandResult(
                    code: 65, output: "",
                    error:
                        "cutline: batch \"photos\" was made with prompt \"Describe.\", now \"Else?\" is asked for; a batch never changes: start another one with --batch NEW\n"
                ))
        #expect(try await harness.records("--state", "all").count == 1)
        #expect(
            await harness.cutline("run", "photos", "--provider", "simulator", "--model", "sim-1", "--prompt", "Else?", "--batch", "new")
                .code
                == 0)
    }

    @Test func anotherFileUnderATakenKeyIsRefusedNamingBoth() async throws {
        let harness = CommandHarness(pictures: "one/photos/a.png", "two/photos/a.png")
        _ = await harness.caption("one/photos")
        let said = await harness.add("two/photos")
        #expect(said.code == 65)
        #expect(
            said.error.contains(
                "the key \"a.png\" of batch \"photos\" belongs to \(harness.path("one/photos/a.png")), not to \(harness.path("two/photos/a.png"))"
            ))
        #expect(try await harness.records("--state", "all").count == 1)
    }

    @Test(arguments: [
        ("none", "cannot be read: No such file or directory; give a text file, or --prompt TEXT"),
        ("raw", "is UTF-16; save it as UTF-8; give a text file, or --prompt TEXT"),
    ])
    func aPromptFileThatCannotBeReadIsRefused(name: String, end: String) async {
        let harness = CommandHarness(pictures: "a.png")
        harness.folder.write("raw", [0xFF, 0xFE])
        let said = await harness.cutline("add", "a.png", "--provider", "simulator", "--model", "m", "--prompt-file", name)
        #expect(said == CommandResult(code: 65, output: "", error: "cutline: --prompt-file: \(harness.path(name)) \(end)\n"))
        #expect(!harness.has("cutline.db"))
    }

    @Test func anEmptyPromptFileIsRefused() async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("prompt.txt", "")
        let said = await harness.cutline("add", "a.png", "--provider", "simulator", "--model", "m", "--prompt-file", "prompt.txt")
        #expect(
            said
                == CommandResult(
                    code: 65, output: "",
                    error: "cutline: --prompt-file: prompt.txt is empty; write the prompt into it, or give --prompt TEXT\n"))
    }

    @Test func anUnknownKeyIsBadInput() async {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.add("a.png")
        let said = await harness.cutline("show", "b.png")
        #expect(
            said
                == CommandResult(
                    code: 65, output: "",
                    error:
                        "cutline: there is no job with the key or number \"b.png\"; `cutline export --format table --state all` lists them\n"
                ))
    }
}
