import CutlineCore
import CutlineSimulator
import Testing

@testable import cutline

/// What the commands print, to the letter: other people's scripts read it.
@Suite(.timeLimit(.minutes(15))) struct ShownTests {
    /// One caption, one failure, one more name; the clock stands still.
    private func harness() async -> CommandHarness {
        let harness = CommandHarness(pictures: "photos/a.png")
        harness.folder.write("photos/copy of a.png", png("photos/a.png"))
        harness.write(
            "jobs.json",
            """
            {"batch": "mixed", "provider": "simulator", "model": "sim-1", "prompt": "Describe.", "images": ["photos"],
             "jobs": [{"key": "bad", "images": ["photos/a.png"], "prompt": "[simulate: 400]"}]}
            """)
        _ = await harness.cutline("run", "jobs.json")
        return harness
    }

    @Test func runSaysWhatWasAddedAndWhatCameOfIt() async {
        let harness = CommandHarness(pictures: "photos/a.png")
        #expect(
            await harness.caption("photos")
                == CommandResult(code: 0, output: "", error: "batch \"photos\": 1 new job\n1 of 1 job captioned, 267 tokens (0 ms)\n"))
        #expect(
            await harness.caption("photos")
                == CommandResult(code: 0, output: "", error: "batch \"photos\": 1 there already\n1 of 1 job captioned, 267 tokens (0 ms)\n")
        )
    }

    @Test func runSaysWhatFailed() async {
        let harness = CommandHarness(pictures: "photos/a.png")
        #expect(
            await harness.cutline("run", "photos", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: 400]")
                == CommandResult(
                    code: 1, output: "",
                    error: """
                        batch "photos": 1 new job
                        0 of 1 job captioned (0 ms)
                        1 failed: 1 invalid_request — the same call would fail again: ask otherwise under a new --batch
                          invalid_request: A simulated fault: status 400.

                        """))
    }

    @Test func runSaysWhyItStopped() async {
        let harness = CommandHarness(pictures: "photos/a.png")
        #expect(
            await harness.cutline("run", "photos", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: quota]")
                == CommandResult(
                    code: 2, output: "",
                    error: """
                        batch "photos": 1 new job
                        0 of 1 job captioned (0 ms)
                        simulator is paused (quota_exhausted): The simulated quota is used up.
                        to go on: top up at the provider or wait for the quota's reset, then run again

                        """))
        #expect(
            await harness.cutline("status").output == """
                batch   provider   model  queued  running  succeeded  failed  held  cancelled  tokens  cost
                photos  simulator  m      1       0        0          0       0     0          –       –
                simulator is paused (quota_exhausted): The simulated quota is used up.
                to go on: top up at the provider or wait for the quota's reset, then run again

                """)
    }

    @Test func statusIsATable() async {
        #expect(
            await harness().cutline("status")
                == CommandResult(
                    code: 0,
                    output: """
                        batch  provider   model  queued  running  succeeded  failed  held  cancelled  tokens  cost
                        mixed  simulator  sim-1  0       0        1          1       0     0          267     –

                        """, error: ""))
    }

    @Test func statusIsOneLineOfJSON() async {
        #expect(
            await harness().cutline("status", "--json").output == """
                {"queue":"cutline.db","batches":[{"name":"mixed","provider":"simulator","model":"sim-1",\
                "counts":{"queued":0,"running":0,"succeeded":1,"failed":1,"held":0,"cancelled":0},\
                "usage":{"input_tokens":258,"output_tokens":9,"cost_usd":null},\
                "attempts":{"total":2,"failed":1,"unknown":0,"duplicate_captions":0},"doubtful":[],"estimate":null,"budget":null,"flags":{},"reused":0,"missing":0}],"trials":[],\
                "lanes":[{"name":"simulator","paused":null,"paused_models":[],"outage":null,"blocked_until":null,"waits":null,"limits":{},"in_flight":0,"requests_per_second":null}],"workers":[]}

                """)
    }

    @Test func statusCountsWhatMayHaveBeenPaidForNothing() async {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.cutline(
            "run", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: reset]", "--on-unknown", "hold")
        #expect(
            await harness.cutline("status").output.hasSuffix(
                "\na.png: 1 call without an answer, maybe billed (cost unknown)\neach of them: cutline status --doubtful\n"))
    }

    @Test func watchingNeedsATerminal() async {
        #expect(
            await harness().cutline("status", "--watch")
                == CommandResult(
                    code: 64, output: "",
                    error:
                        "cutline: --watch needs a terminal to draw on; without it, `cutline status --json` in a loop does the same\n"))
        #expect(Words.screen("図書館 1\nabc\n", columns: 5) == "\u{1B}[H\u{1B}[2J図書…\nabc\n")
    }

    @Test func showSaysWhatHappenedWhen() async {
        let harness = CommandHarness(pictures: "a.png")
        _ = await harness.cutline(
            "run", "a.png", "--provider", "simulator", "--model", "m", "--prompt", "[simulate: reset]", "--on-unknown", "hold")
        let lines = await harness.cutline("show", "a.png").output.split(separator: "\n").suffix(2)
        #expect(lines.first == "  2026-11-20T12:00:00Z  added")
        #expect(lines.last?.hasPrefix("  2026-11-20T12:00:00Z  attempt 1 has no known outcome after 0 ms: connection_lost: ") == true)
        #expect(lines.last?.hasSuffix(", maybe billed, cost unknown") == true)
    }

    @Test func aCaptionCutAtTheTokenLimitIsSaid() async {
        let harness = CommandHarness(pictures: "a.png", "b.png")
        let said = await harness.caption("a.png", "b.png", "--max-tokens", "3", "--batch", "short")
        #expect(said.code == 0)
        #expect(
            said.error.hasSuffix(
                """

                2 captions are flagged: 2 truncated; see `cutline export --flag truncated`
                they were cut at the token limit; more --max-tokens, under a new --batch, give whole ones

                """))
        #expect(await harness.cutline("show", "1").output.contains("\n  cut      at the token limit; more --max-tokens give a whole one\n"))
        #expect(await harness.cutline("status").output.hasSuffix("\nshort: 2 captions flagged: 2 truncated\n"))
    }

    @Test func exportAsATable() async {
        #expect(
            await harness().cutline("export", "--format", "table", "--state", "all").output == """
                photos/a.png          A PNG picture, 2 × 3 pixels, 57 bytes.
                photos/copy of a.png  A PNG picture, 2 × 3 pixels, 57 bytes.
                bad                   invalid_request (400): A simulated fault: status 400.

                """)
    }

    @Test func exportIsOneRecordALine() async {
        #expect(
            await harness().cutline("export", "--state", "all").output == """
                {"id":1,"key":"photos/a.png","batch":"mixed","state":"succeeded","images":["photos/a.png"],"prompt":"Describe.",\
                "caption":"A PNG picture, 2 × 3 pixels, 57 bytes.","finish_reason":"stop","flags":[],"provider":"simulator",\
                "requested_model":"sim-1","model":"sim-1","usage":{"input_tokens":258,"output_tokens":9,"total_tokens":267,\
                "cached_tokens":null,"cost_usd":null,"cost_source":null},"attempts":1,"latency_ms":0,"error":null,\
                "created_at":"2026-11-20T12:00:00Z","finished_at":"2026-11-20T12:00:00Z","extra":{},"reused_from":null,"missing_since":null,"service_tier":null}
                {"id":2,"key":"photos/copy of a.png","batch":"mixed","state":"succeeded","images":["photos/copy of a.png"],"prompt":"Describe.",\
                "caption":"A PNG picture, 2 × 3 pixels, 57 bytes.","finish_reason":"stop","flags":[],"provider":"simulator",\
                "requested_model":"sim-1","model":"sim-1","usage":{"input_tokens":258,"output_tokens":9,"total_tokens":267,\
                "cached_tokens":null,"cost_usd":null,"cost_source":null},"attempts":1,"latency_ms":0,"error":null,\
                "created_at":"2026-11-20T12:00:00Z","finished_at":"2026-11-20T12:00:00Z","extra":{},"reused_from":null,"missing_since":null,"service_tier":null}
                {"id":3,"key":"bad","batch":"mixed","state":"failed","images":["photos/a.png"],"prompt":"[simulate: 400]",\
                "caption":null,"finish_reason":null,"flags":[],"provider":"simulator",\
                "requested_model":"sim-1","model":null,"usage":{"input_tokens":null,"output_tokens":null,"total_tokens":null,\
                "cached_tokens":null,"cost_usd":null,"cost_source":null},"attempts":1,"latency_ms":null,\
                "error":{"class":"invalid_request","status":400,"message":"A simulated fault: status 400."},\
                "created_at":"2026-11-20T12:00:00Z","finished_at":"2026-11-20T12:00:00Z","extra":{},"reused_from":null,"missing_since":null,"service_tier":null}

                """)
    }

    @Test func showIsWhatAPersonAsks() async {
        let harness = await harness()
        #expect(
            await harness.cutline("show", "photos/a.png").output == """
                photos/a.png (entry 1) of batch "mixed": succeeded
                  images   photos/a.png
                  asked    simulator, sim-1: Describe.
                  caption  A PNG picture, 2 × 3 pixels, 57 bytes.
                  2026-11-20T12:00:00Z  added
                  2026-11-20T12:00:00Z  attempt 1 succeeded after 0 ms, 267 tokens

                """)
        #expect(
            await harness.cutline("show", "3").output == """
                bad (entry 3) of batch "mixed": failed
                  images   photos/a.png
                  asked    simulator, sim-1: [simulate: 400]
                  2026-11-20T12:00:00Z  added
                  2026-11-20T12:00:00Z  attempt 1 failed after 0 ms: invalid_request (400): A simulated fault: status 400.

                """)
    }

    @Test func showIsOneLineOfJSON() async {
        #expect(
            await harness().cutline("show", "bad", "--json").output == """
                {"id":3,"key":"bad","batch":"mixed","state":"failed","images":["photos/a.png"],"prompt":"[simulate: 400]",\
                "caption":null,"finish_reason":null,"flags":[],"provider":"simulator",\
                "requested_model":"sim-1","model":null,"usage":{"input_tokens":null,"output_tokens":null,"total_tokens":null,\
                "cached_tokens":null,"cost_usd":null,"cost_source":null},"attempts":1,"latency_ms":null,\
                "error":{"class":"invalid_request","status":400,"message":"A simulated fault: status 400."},\
                "created_at":"2026-11-20T12:00:00Z","finished_at":"2026-11-20T12:00:00Z","extra":{},"reused_from":null,"missing_since":null,"service_tier":null,\
                "priority":"normal","attempt_log":[{"n":1,"provider":"simulator","requested_model":"sim-1","phase":"failed","billed":"no",\
                "started_at":"2026-11-20T12:00:00Z","ended_at":"2026-11-20T12:00:00Z",\
                "latency_ms":0,"request_id":null,"error":{"class":"invalid_request","status":400,"message":"A simulated fault: status 400."},\
                "input_tokens":null,"output_tokens":null,"cost_usd":null,"tier":"standard","service_tier":null,"doubt":null,"at_most_usd":null,"about_usd":null,"duplicate_caption":null,"rejected_answer":null,"raw_answer":null,"flags":[],"reused_from":null,"prepared":[]}]}

                """)
    }

    @Test func whatStandsInTheQueueCannotCommandTheTerminal() async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write(
            "jobs.json",
            #"{"batch": "b\u001b[2J", "provider": "simulator", "model": "m\n", "prompt": "p\u009b", "jobs": [{"key": "k\u0007", "images": ["a.png"]}]}"#
        )
        var shown = await harness.cutline("run", "jobs.json").error
        for command in [["status"], ["show", "1"], ["export", "--format", "table"]] { shown += await harness.run(command).output }
        #expect(!shown.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
        #expect(shown.contains("batch \"b [2J\": 1 new job\n"))
        #expect(await harness.cutline("export").output.contains(#""key":"k\u0007","batch":"b\u001b[2J""#))
    }
}
