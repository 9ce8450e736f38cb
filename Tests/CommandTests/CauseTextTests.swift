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
        CauseText(batch: batch, queue: queue).line(state, count, causes)
    }

    @Test func theCommandIsForWhatMayPassAnotherTime() {
        #expect(
            line(.failed, 12, causes([.imageRejected: 9, .contentFiltered: 3]))
                == "12 failed: 9 image_rejected, 3 content_filtered — cutline retry --batch photos --class content_filtered")
        #expect(
            line(.failed, 5, causes([.serverError: 2, .timeout: 3])) == "5 failed: 3 timeout, 2 server_error — cutline retry --batch photos"
        )
        #expect(
            line(.failed, 1, causes([.tooLarge: 1]))
                == "1 failed: 1 too_large — the same call would fail again; see `cutline export --state failed --format table`")
        #expect(
            line(.failed, 2, causes([.noVision: 2])) == "2 failed: 2 no_vision — give a --model that takes pictures, under a new --batch")
    }

    @Test func heldJobsAreReleased() {
        #expect(
            line(.held, 3, causes([.timeout: 2], without: 1)) == "3 held: 2 timeout, 1 by hand — cutline release --batch photos")
    }

    @Test func whatWasNotLookedAtIsCountedToo() {
        #expect(
            line(.failed, 30_000, causes([.timeout: 20_000]))
                == "30,000 failed: 20,000 timeout, 10,000 more — cutline retry --batch photos --class timeout")
        #expect(line(.held, 1, Causes()).hasPrefix("1 held: 1 more — "))
    }

    @Test func theCommandIsSafeInAShell() {
        #expect(
            line(.held, 1, causes([.timeout: 1]), batch: "it's $(me)", queue: ["--queue", "q.db"])
                == #"1 held: 1 timeout — cutline release --queue q.db --batch 'it'\''s $(me)'"#)
    }
}
