import CutlineCore
import CutlineInput
import SystemPackage
import TestSupport
import Testing

/// All that is wrong is said at once, and the rest can do without it.
@Suite struct FaultTests {
    @Test func severalArgumentsAreNamedAtOnce() {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("empty.png", [])
        #expect(
            sentence { () throws(InputError) in try folder.plan("a.png", "none", "empty.png") } == """
                2 things are wrong with the input:
                  there is no file or folder none; check the path
                  empty.png is empty; restore it or take it out of the input
                mend them, or give --skip-bad to go on without them
                """)
    }

    @Test func theFirstTwentyOfAListAreNamedAndTheOthersCounted() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("l.jsonl", text: (1...23).map { "{\"image\": \"\($0).png\"}\n" }.joined() + "{\"image\": \"a.png\"}\n")
        let lines = try #require(sentence { () throws(InputError) in try folder.plan("l.jsonl") }).split(separator: "\n")
        #expect(lines.count == 23 && lines[0] == "23 things are wrong with the input:")
        #expect(lines[1] == "  l.jsonl, line 1: there is no file or folder 1.png; check the path")
        #expect(lines[21] == "  and 3 more")
    }

    @Test func aJobFileNamesAllOfItsBadPictures() {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write(
            "jobs.json", text: #"{"images": ["one.png", "a.png", "two.png"], "jobs": [{"key": "k", "images": ["three.png"]}]}"#)
        #expect(
            sentence { () throws(InputError) in try folder.plan("jobs.json") }?.split(separator: "\n").dropFirst().dropLast().map { $0 }
                == [
                    "  jobs.json, images[0]: there is no file or folder one.png; check the path",
                    "  jobs.json, images[2]: there is no file or folder two.png; check the path",
                    "  jobs.json, jobs[0].images[0]: there is no file or folder three.png; check the path",
                ])
    }

    @Test(arguments: [
        ("l.jsonl", "{\"image\": \"a.png\"}\n{\"image\": \"none.png\"}\nnonsense\n{\"image\": \"b.png\"}\n", 2),
        ("l.csv", "image,title\na.png,A\nnone.png,B\nb.png,B,C\nb.png,C\n", 2),
        ("jobs.json", #"{"images": ["a.png", "none.png", "b.png"]}"#, 1),
    ])
    func theOthersAreAddedWithoutThem(name: String, text: String, bad: Int) throws {
        let folder = TemporaryFolder.make(pictures: "a.png", "b.png")
        folder.write(name, text: text)
        let plan = try folder.plan(name, selecting: InputSelection(skipsBad: true))
        #expect(plan.keys == ["a.png", "b.png"])
        #expect(plan.faults.count == bad && plan.plan.report.tally(.bad).count == bad)
    }

    @Test func argumentsThatAreNotThereAreLeftOut() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        let plan = try folder.plan("a.png", "none", "*.gif", selecting: InputSelection(skipsBad: true))
        #expect(plan.keys == ["a.png"])
        #expect(
            plan.told(.bad) == [
                "none: there is no file or folder none; check the path", "*.gif: nothing matches *.gif; check the path and the pattern",
            ])
    }

    /// Without it nobody knows what was meant.
    @Test(arguments: ["broken.json", "broken.csv"]) func aFileThatIsBrokenAsAWholeIsRefusedAllTheSame(name: String) {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("broken.json", text: "{")
        folder.write("broken.csv", text: "title\nA\n")
        #expect(sentence { () throws(InputError) in try folder.plan("a.png", name, selecting: InputSelection(skipsBad: true)) } != nil)
    }

    @Test func whereNothingIsLeftTheFaultsAreSaid() {
        let folder = TemporaryFolder()
        #expect(
            sentence { () throws(InputError) in try folder.plan("none", selecting: InputSelection(skipsBad: true)) }
                == "there is no file or folder none; check the path")
    }

    @Test func aRowWhosePictureWentAwayMeanwhileIsLeftOutAndTold() throws {
        let folder = TemporaryFolder.make(pictures: "a.png", "b.png", "c.png")
        folder.write("l.jsonl", text: "{\"image\": \"a.png\"}\n{\"image\": \"none.png\"}\n{\"image\": \"b.png\"}\n{\"image\": \"c.png\"}\n")
        let settings = BatchSettings(name: "b", profile: Profile(name: "simulator"), model: "m", prompt: "p")
        let plan = try InputPlan.read(["l.jsonl"], from: folder.path, selection: InputSelection(skipsBad: true))
        let input = try plan.checked(for: settings)
        folder.remove("b.png")
        var keys: [String] = []
        try input.forEachChunk(of: 2, report: plan.report) { keys += $0.map(\.key) }
        #expect(keys == ["a.png", "c.png"])
        #expect(plan.report.tally(.gone).first.map(\.name) == ["l.jsonl, line 3"])
    }

    @Test func allKeysThatStandForDifferentPicturesAreNamed() {
        let folder = TemporaryFolder()
        for name in ["a.png", "b.png"] {
            folder.write("x/in/\(name)", png("one \(name)"))
            folder.write("y/in/\(name)", png("two \(name)"))
        }
        let lines = sentence { () throws(InputError) in try folder.plan("x/in", "y/in") }?.split(separator: "\n") ?? []
        #expect(lines.count == 4 && lines[1].contains("in/a.png") && lines[2].contains("in/b.png"))
        #expect(lines.last == "mend them")
    }
}
