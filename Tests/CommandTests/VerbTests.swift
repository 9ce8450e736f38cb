import CutlineCore
import CutlineQueue
import Testing

@testable import cutline

/// `retry`, `cancel`, `hold` and `release`.
@Suite(.timeLimit(.minutes(15))) struct VerbTests {
    /// One job failed (bad), one succeeded (a.png).
    private func harness() async -> CommandHarness {
        let harness = CommandHarness(pictures: "photos/a.png", "photos/b.png")
        harness.write(
            "jobs.json",
            #"""
            {"batch": "mixed", "provider": "simulator", "model": "sim-1", "prompt": "Describe.", "images": ["photos/a.png"],
             "jobs": [{"key": "bad", "images": ["photos/a.png"], "prompt": "[simulate: 400]"}]}
            """#)
        _ = await harness.cutline("run", "jobs.json")
        return harness
    }

    @Test func retryQueuesWhatFailedAndWorkSendsIt() async throws {
        let harness = await harness()
        #expect(await harness.cutline("retry") == CommandResult(code: 0, output: "1 job queued again\n", error: ""))
        #expect(try await harness.counts() == ["queued": 1, "succeeded": 1])
        #expect(await harness.cutline("work", "--quiet").code == 1)
        #expect(await harness.cutline("retry", "--batch", "mixed", "--class", "timeout").output == "0 jobs queued again\n")
        #expect(await harness.cutline("retry", "--class", "invalid_request").output == "1 job queued again\n")
    }

    @Test func whatIsLeftAloneIsNamed() async {
        let harness = await harness()
        #expect(
            await harness.cutline("retry", "--job", "bad", "--job", "1").output == """
                1 job queued again
                left alone: 1 succeeded

                """)
        #expect(await harness.cutline("hold", "--job", "bad").output == "1 job held\n")
        #expect(
            await harness.cutline("retry").output == """
                0 jobs queued again
                left alone: 1 held (`cutline release` queues those)

                """)
        #expect(await harness.cutline("cancel", "--all").output == "1 job cancelled\n")
        #expect(
            await harness.cutline("release").output == """
                0 jobs queued again
                left alone: 1 cancelled (`cutline release --job KEY` queues those)

                """)
        #expect(await harness.cutline("release", "--job", "2").output == "1 job queued again\n")
    }

    @Test(arguments: [
        (["retry", "--batch", "mixd"], "there is no batch \"mixd\" in this queue; it has \"mixed\""),
        (["retry", "--class", "image_rejectd"], "there is no failure class \"image_rejectd\"; did you mean image_rejected?"),
        (["hold", "--job", "photos/aa.png"], "there is no job with the key or number \"photos/aa.png\"; did you mean \"photos/a.png\"?"),
        (
            ["release", "--job", "77"],
            "there is no job with the key or number \"77\"; `cutline export --format table --state all` lists them"
        ),
    ])
    func whatIsNotThereIsAUsageErrorThatNamesWhatIsNear(arguments: [String], sentence: String) async {
        let harness = await harness()
        #expect(await harness.run(arguments) == CommandResult(code: 64, output: "", error: "cutline: \(sentence)\n"))
    }

    @Test(arguments: ["cancel", "hold"])
    func theWholeQueueIsNeverMeantByLeavingSomethingOut(verb: String) async throws {
        let harness = await harness()
        let bare = await harness.cutline(verb)
        #expect(bare.code == 64)
        #expect(bare.error.hasPrefix("Error: Say which jobs: --batch, --class or --job; --all means the whole queue."))
        let both = await harness.cutline(verb, "--all", "--batch", "mixed")
        #expect(both.code == 64)
        #expect(both.error.hasPrefix("Error: Give either --all, or --batch, --class or --job."))
        #expect(try await harness.counts() == ["failed": 1, "succeeded": 1])
    }

    @Test(arguments: ["retry", "release"])
    func aVerbMakesNoQueue(verb: String) async {
        let harness = CommandHarness()
        #expect(await harness.cutline(verb).code == 70)
        #expect(!harness.has("cutline.db"))
    }

    @Test func aRunningCallIsNotRecalled() {
        var moved = JobsMoved()
        moved.moved = [.queued: 11, .running: 1]
        moved.left = [.callOpen: 2, .nameless: 1]
        #expect(
            MovedText.lines(.cancel, moved, standing: [:]).hasPrefix(
                "12 jobs cancelled; 1 of them running: the call goes on, and its caption is kept if it comes\n"))
        #expect(
            MovedText.lines(.retry, moved, standing: [:]) == """
                12 jobs queued again
                left alone: 2 with a call still open, which would be paid twice, 1 whose picture was edited or is missing, so that no key names it

                """)
    }

    @Test(arguments: [
        ("image_rejectd", "image_rejected"), ("tiemout", "timeout"), ("overload", "overloaded"), ("banana", nil), ("", nil),
    ])
    func theNearestWordIsFound(word: String, near: String?) {
        #expect(Nearest.to(word, among: FailureClass.allCases.map(\.rawValue)) == near)
    }
}
