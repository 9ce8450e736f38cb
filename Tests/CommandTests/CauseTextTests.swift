import CutlineCore
import Testing

@testable import CutlineQueue
@testable import cutline

@Suite struct CauseTextTests {
    private func causes(_ counts: [FailureClass: Int], without: Int = 0) -> Causes {
        var causes = Causes()
        (causes.counts, causes.without) = (counts, without)
        return causes
    }

    private func line(_ state: JobState, _ count: Int, _ causes: Causes, batch: String = "photos", queue: [String] = []) -> String {
        CauseText(batch: batch, queue: queue).lines(state, count, causes)[0]
    }

    /// A line for each cause, and no command that sends all of them alike.
    @Test func eachCauseHasWhatHelps() {
        var causes = causes([.imageRejected: 9, .timeout: 3, .imageNotAllowed: 1, .emptyAnswer: 1])
        causes.sentences = [.imageRejected: "said the\nprovider"]
        let lines = CauseText(batch: "photos", queue: []).lines(.failed, 14, causes)
        #expect(
            lines == [
                "14 failed: 9 image_rejected, 3 timeout, 1 empty_answer, 1 image_not_allowed",
                "  image_rejected: said the provider — the same call would fail again: mend these pictures and run again, which sends what was edited",
                "  timeout: give the answers more time at the next run with --timeout SECONDS, then: cutline retry --batch photos --class timeout",
                "  empty_answer: ask another model: cutline retry --batch photos --class empty_answer --model MODEL",
                "  image_not_allowed: allow these addresses at the next run with --allow-private-hosts, then: cutline retry --batch photos --class image_not_allowed",
            ])
    }

    @Test func whatHelpsForAllStandsInTheFirstLine() {
        #expect(
            line(.failed, 3, causes([.imageUnreadable: 3]))
                == "3 failed: 3 image_unreadable — restore the files, or mend the addresses, then: cutline retry --batch photos")
        #expect(
            line(.failed, 1, causes([.tooLarge: 1]))
                == "1 failed: 1 too_large — the same call would fail again: make these pictures smaller and run again, which sends what was edited"
        )
    }

    /// `retry` alone would do the same again.
    @Test(arguments: FailureClass.allCases) func noRetryIsBlind(kind: FailureClass) {
        guard kind != .cancelled else { return }
        for isCut in [true, false] {
            let help = kind.help(isCut: isCut)
            #expect(help.first != nil || help.mend != .again && help.mend != nil)
        }
    }

    /// What was paid for is not offered again as it was.
    @Test(arguments: [
        (FailureClass.emptyAnswer, true, "give the answers more room: cutline retry --batch photos --class empty_answer --max-tokens 400"),
        (.emptyAnswer, false, "ask another model: cutline retry --batch photos --class empty_answer --model MODEL"),
        (.schemaMismatch, true, "give the answers more room: cutline retry --batch photos --class schema_mismatch --max-tokens 400"),
        (.schemaMismatch, false, "ask another model: cutline retry --batch photos --class schema_mismatch --model MODEL"),
        (.malformedAnswer, false, "ask another model: cutline retry --batch photos --class malformed_answer --model MODEL"),
        (.refused, false, "ask another model: cutline retry --batch photos --class refused --model MODEL"),
        (.contentFiltered, false, "ask another model: cutline retry --batch photos --class content_filtered --model MODEL"),
        (
            .noVision, false,
            "choose a model that sees pictures (`cutline models PROVIDER --vision` lists them), then: ask another model: cutline retry --batch photos --class no_vision --model MODEL"
        ),
    ])
    func whatMustChangeIsSaid(kind: FailureClass, isCut: Bool, advice: String) {
        var causes = causes([kind: 3])
        if isCut { causes.cut = [kind: 2] }
        causes.sentences = [kind: "said the\nprovider"]
        let lines = CauseText(batch: "photos", queue: [], answerLimit: 100).lines(.failed, 3, causes)
        #expect(lines == ["3 failed: 3 \(kind.rawValue) — \(advice)", "  \(kind.rawValue): said the provider"])
    }

    @Test(arguments: FailureClass.allCases)
    func noClassThatIsPaidForIsRetriedAsItWas(kind: FailureClass) {
        guard Failure(kind, "", billed: .unknown).isDud else { return }
        for isCut in [true, false] { #expect(kind.help(isCut: isCut).mend != .again) }
    }

    @Test func heldJobsAreReleased() {
        #expect(
            line(.held, 3, causes([.timeout: 2], without: 1)) == "3 held: 2 timeout, 1 by hand — cutline release --batch photos")
    }

    @Test func whatWasNotLookedAtIsCountedToo() {
        #expect(
            line(.failed, 30_000, causes([.timeout: 20_000])) == "30,000 failed: 20,000 timeout, 10,000 more")
        #expect(line(.held, 1, Causes()).hasPrefix("1 held: 1 more — "))
    }

    @Test func theCommandIsSafeInAShell() {
        #expect(
            line(.held, 1, causes([.timeout: 1]), batch: "it's $(me)", queue: ["--queue", "q.db"])
                == #"1 held: 1 timeout — cutline release --queue q.db --batch 'it'\''s $(me)'"#)
    }
}
