import CutlineCore
import CutlineInput
import SystemPackage
import TestSupport
import Testing

struct JobFileTests {
    private static let whole = """
        {"batch": "example", "provider": "simulator", "model": "sim-1", "system": "Be brief.", "prompt": "Describe.",
         "parameters": {"max_tokens": 300, "temperature": 0.2, "detail": "auto", "seed": 7},
         "limits": {"concurrency": 16, "requests_per_minute": 600}, "budget": {"max_cost": 0.15, "max_tokens_total": null},
         "images": ["pics/*.png", "https://pictures.invalid/harbour.jpg", "../away.png"],
         "jobs": [{"key": "pair", "images": ["pics/b.png", "pics/a.png"], "prompt": "What differs?"}, {"images": ["pics/sub"]}]}
        """

    @Test func everyMemberIsRead() throws {
        let folder = TemporaryFolder.make(pictures: "set/pics/a.png", "set/pics/b.png", "set/pics/sub/c.png", "away.png")
        folder.write("set/jobs.json", text: Self.whole.replacing("pics/*.png", with: "pics/?.png"))
        let plan = try folder.plan("set/jobs.json")
        let file = try #require(plan.jobFile)
        #expect(file.path == folder.path.appending("set").appending("jobs.json"))
        #expect(plan.batchName == "example")
        guard case .named("simulator") = file.provider else {
            Issue.record("the provider is not named")
            return
        }
        #expect([file.model, file.system, file.prompt] == ["sim-1", "Be brief.", "Describe."])
        #expect(file.parameters == Parameters(maxTokens: 300, temperature: 0.2, detail: .auto, others: ["seed": .integer(7)]))
        #expect(file.limits == Limits(concurrency: 16, requests: .perMinute(600)))
        #expect(file.budget == BudgetChange(maxCost: .at(Money(nanodollars: 150_000_000)), maxTokens: BudgetChange.Cap.none))
        #expect(plan.keys == ["pics/a.png", "pics/b.png", "https://pictures.invalid/harbour.jpg", "../away.png", "pair", "pics/sub/c.png"])
        #expect(plan.items.map(\.hasOwnKey) == [false, false, false, false, true, false])
        #expect(plan.items[4].images.map(\.asGiven) == ["pics/b.png", "pics/a.png"])
        #expect(plan.items[4].prompt == "What differs?")
        #expect(plan.paths[2] == folder.path.appending("away.png"))
    }

    @Test func preparingIsAWordOrSettings() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        func wish(_ text: String) throws -> PreparationWish? {
            folder.write("jobs.json", text: #"{"images": ["a.png"], "prepare": \#(text)}"#)
            return try folder.plan("jobs.json").jobFile?.preparing
        }
        #expect(try wish(#""fit""#) == PreparationWish(mode: .fit))
        let settings = #"{"mode": "all", "longest_edge": 1024, "megapixels": 1, "quality": 85, "background": "FFF0F0", "format": "jpeg"}"#
        let all = PreparationWish(mode: .all, longestEdge: 1_024, megapixels: 1, quality: 85, background: "fff0f0", form: .jpeg)
        #expect(try wish(settings) == all)
    }

    @Test(arguments: [
        (
            Array("{\"prompt\":\n \"Beschreibe die T".utf8) + [0xFC] + Array("r.\"}".utf8),
            "is not UTF-8: line 2, column 19 holds the byte 0xFC (offset 29); save it as UTF-8"
        ),
        ([0xC3], "is not UTF-8: line 1, column 1 holds the byte 0xC3 (offset 0); save it as UTF-8"),
        ([0xFF, 0xFE, 0x7B, 0x00], "is UTF-16; save it as UTF-8"), ([0x00, 0x7B], "is UTF-16; save it as UTF-8"),
    ])
    func oneThatIsNotUTF8IsRefusedWithTheByteAndItsPlace(bytes: [UInt8], reason: String) {
        let folder = TemporaryFolder()
        folder.write("jobs.json", bytes)
        #expect(sentence { () throws(InputError) in try folder.plan("jobs.json") } == "the job file jobs.json \(reason)")
    }

    @Test func aByteOrderMarkIsNoFault() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("jobs.json", text: "\u{FEFF}{\"images\": [\"a.png\"]}\r\n")
        #expect(try folder.plan("jobs.json").keys == ["a.png"])
    }

    @Test func limitsMayHaveAnyWindow() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        let limits = #"{"requests": {"count": 450, "seconds": 30}, "tokens": {"count": 10000, "seconds": 3600}}"#
        folder.write("jobs.json", text: #"{"images": ["a.png"], "limits": \#(limits)}"#)
        let file = try #require(try folder.plan("jobs.json").jobFile)
        #expect(file.limits == Limits(requests: RateLimit(count: 450, window: 30), tokens: RateLimit(count: 10_000, window: 3_600)))
    }

    @Test func absolutePathsInsideItsFolderAreRelativeToIt() throws {
        let folder = TemporaryFolder.make(pictures: "set/a.png", "out/b.png")
        let text = #"{"images": ["\#(folder.path.string)/set/a.png", "\#(folder.path.string)/out/b.png"]}"#
        folder.write("set/jobs.json", text: text)
        #expect(try folder.plan("set/jobs.json").keys == ["a.png", "\(folder.path.string)/out/b.png"])
    }

    @Test(arguments: [(#""priority": "high", "#, Priority?.some(.high)), (#""priority": "normal", "#, .normal), ("", nil)])
    func itMaySayWhatGoesFirst(member: String, priority: Priority?) throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("jobs.json", text: #"{\#(member)"images": ["a.png"]}"#)
        #expect(try folder.plan("jobs.json").jobFile?.priority == priority)
    }

    @Test func itMayBringSettingsOnly() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png")
        folder.write("jobs.json", text: #"{"prompt": "Describe."}"#)
        #expect(try folder.plan("jobs.json", "in").keys == ["in/a.png"])
        #expect(try folder.plan("in", "jobs.json").batchName == "in")
        #expect(
            sentence { () throws(InputError) in try folder.plan("jobs.json") }
                == "jobs.json names no picture; add `images` or `jobs` to it, or name a folder")
    }

    @Test func anInlineProfileKeepsItsPath() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("jobs.json", text: #"{"provider": {"name": "own", "base_url": "http://127.0.0.1:1/v1"}, "images": ["a.png"]}"#)
        guard case .inline(let json) = try folder.plan("jobs.json").jobFile?.provider else {
            Issue.record("the provider is not inline")
            return
        }
        #expect(json.path == "provider")
        #expect(try Profile(json: json, extending: nil).baseURL == "http://127.0.0.1:1/v1")
    }

    @Test(arguments: [
        (
            #"{"image": []}"#,
            "image: unknown key; known here: batch, provider, model, system, prompt, parameters, limits, budget, checks, fallback, priority, tier, prepare, images, jobs"
        ),
        (#"{"batch": ""}"#, "batch: must not be empty"), (#"{"batch": null}"#, "batch: expected a text"),
        (#"{"provider": 3}"#, "provider: expected the name of a profile, or a profile"),
        (#"{"provider": {"base_url": "http://h"}}"#, "provider: a profile needs a name"),
        (#"{"provider": {"name": "x", "limits": {"concurrency": 0}}}"#, "provider.limits.concurrency: must be above 0"),
        (#"{"parameters": {"max_tokens": 0}}"#, "parameters.max_tokens: must be above 0"),
        (#"{"parameters": {"detail": "huge"}}"#, "parameters.detail: expected one of auto, low, high, original"),
        (
            #"{"limits": {"requests_per_week": 3}}"#,
            "limits.requests_per_week: unknown key; known here: concurrency, requests, tokens, input_tokens, output_tokens, "
                + "the latter also with _per_second, _per_minute, _per_hour, _per_day"
        ),
        (#"{"limits": {"requests": {"count": 1}}}"#, "limits.requests: needs count and seconds, or count and per"),
        (
            #"{"limits": {"tokens": {"count": 1, "seconds": 1}, "tokens_per_minute": 1}}"#,
            "limits.tokens: give either this or the limit per minute, not both"
        ),
        (#"{"limits": {"tokens_per_minute": -1}}"#, "limits.tokens_per_minute: must be above 0"),
        (#"{"priority": "hihg"}"#, "priority: expected one of high, normal, low; did you mean high?"),
        (#"{"priority": "urgent"}"#, "priority: expected one of high, normal, low"), (#"{"priority": -1}"#, "priority: expected a text"),
        (#"{"tier": "cheap"}"#, "tier: expected one of standard, flex"), (#"{"tier": 1}"#, "tier: expected a text"),
        (#"{"prepare": "best"}"#, "prepare: expected one of never, auto, fit, all"),
        (#"{"prepare": {"longest_edge": 8}}"#, "prepare.longest_edge: expected a whole number of at least 16 and at most 65500"),
        (#"{"prepare": {"background": "blue"}}"#, "prepare.background: expected white, black or six hexadecimal digits, as ffeedd"),
        (#"{"prepare": {"quality": 0}}"#, "prepare.quality: expected a whole number of at least 1 and at most 100"),
        (
            #"{"prepare": {"mode": "auto", "quality": 9}}"#,
            "prepare: sizes, quality, background and format of pictures belong to fit and all; they are not for auto"
        ),
        (#"{"images": "a.png"}"#, "images: expected a list"), (#"{"images": ["a.png", 3]}"#, "images[1]: expected a text"),
        (#"{"jobs": [{"key": "k", "images": []}]}"#, "jobs[0].images: names no picture"),
        (#"{"jobs": [{"key": "k"}]}"#, "jobs[0]: a job needs images"),
        (#"{"jobs": [{"images": ["a.png", "a.png"]}]}"#, "jobs[0]: a job with several images or a prompt of its own needs a key"),
        (#"{"jobs": [{"images": ["a.png"], "prompt": "p"}]}"#, "jobs[0]: a job with several images or a prompt of its own needs a key"),
        (#"{"jobs": [{"key": "k", "images": ["a.png"], "extra": {}}]}"#, "jobs[0].extra: unknown key; known here: key, images, prompt"),
        (#"3"#, "as a whole: expected an object"),
    ])
    func whatIsWrongIsSaidWithItsPath(text: String, expected: String) {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("jobs.json", text: text)
        #expect(sentence { () throws(InputError) in try folder.plan("jobs.json") } == "the job file jobs.json cannot be used, \(expected)")
    }

    @Test func syntaxErrorsSayLineAndColumn() {
        let folder = TemporaryFolder()
        folder.write("jobs.json", text: "{\n  \"batch\": oops\n}")
        #expect(
            sentence { () throws(InputError) in try folder.plan("jobs.json") }
                == "the job file jobs.json is not JSON, line 2, column 12: unexpected character")
    }

    @Test func missingFilesAreSaidWithTheirPath() {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("jobs.json", text: #"{"jobs": [{"images": ["a.png"]}, {"key": "k", "images": ["a.png", "b.png"]}]}"#)
        #expect(
            sentence { () throws(InputError) in try folder.plan("jobs.json") }
                == "jobs.json, jobs[1].images[1]: there is no file or folder b.png; check the path")
    }

    @Test func onlyOneJobFileMayBeNamed() {
        let folder = TemporaryFolder.make(pictures: "a.png")
        for name in ["one.json", "two.json"] { folder.write(name, text: #"{"images": ["a.png"]}"#) }
        #expect(
            sentence { () throws(InputError) in try folder.plan("one.json", "two.json") }
                == "two.json is a second job file beside \(folder.path.string)/one.json; name one job file at a time")
    }

    @Test func oneKeyForTwoJobsIsRefused() {
        let folder = TemporaryFolder.make(pictures: "a.png", "b.png")
        folder.write("jobs.json", text: #"{"jobs": [{"key": "k", "images": ["a.png"]}, {"key": "k", "images": ["b.png"]}]}"#)
        #expect(
            sentence { () throws(InputError) in try folder.plan("jobs.json") }
                == "the key k stands for different pictures, a.png and b.png; give them keys of their own in a job file or manifest")
        folder.write("jobs.json", text: #"{"jobs": [{"key": "k", "images": ["a.png"]}, {"key": "k", "images": ["a.png"], "prompt": "p"}]}"#)
        #expect(
            sentence { () throws(InputError) in try folder.plan("jobs.json") }
                == "the key k stands for two jobs that ask or note different things, a.png and a.png; give one another key")
    }

    @Test func keysThatLookAlikeAreDifferent() throws {
        let folder = TemporaryFolder.make(pictures: "a.png", "b.png")
        folder.write("jobs.json", text: #"{"jobs": [{"key": "é", "images": ["a.png"]}, {"key": "e\u0301", "images": ["b.png"]}]}"#)
        #expect(try folder.plan("jobs.json").items.count == 2)
    }
}
