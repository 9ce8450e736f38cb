import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import cutline

@Suite(.timeLimit(.minutes(15))) struct EstimateTests {
    private let asking = ["--provider", "mine", "--model", "gpt-4o", "--prompt", "Describe.", "--max-tokens", "300"]
    private static let priced = #", "prices": {"gpt-4o": {"input_per_million": 2.5, "output_per_million": 10}}"#

    /// A desk whose provider is not there; nothing may be asked of it.
    private func harness(_ pictures: String..., more: String = priced) -> CommandHarness {
        let harness = CommandHarness()
        for picture in pictures { harness.folder.write("photos/\(picture)", png(picture)) }
        harness.write("providers.json", #"[{"name": "mine", "base_url": "https://provider.invalid/v1", "api_key_env": "K"\#(more)}]"#)
        return harness
    }

    private func json(_ harness: CommandHarness, _ more: String...) async throws -> JSONValue {
        let said = await harness.run(["estimate", "photos", "--offline", "--json"] + asking + more)
        #expect(said.code == 0)
        return try JSONValue(parsing: said.output.utf8)
    }

    @Test func theLinesSayAll() async {
        let said = await harness("a.png", "b.png").run(["estimate", "photos"] + asking)
        #expect(said.code == 0 && said.error == "")
        // A picture of 2 × 3 pixels is one tile: 85 + 170 tokens.
        #expect(
            said.output == """
                jobs      2 to send (2 new)
                pictures  2 image/png, 100 bytes, less than 0.1 megapixels
                requests  490 bytes, pictures as base64 included
                input     about 516 tokens
                          6 of text (rule of thumb: one for four bytes)
                          510 of pictures (the rule for gpt-4o)
                output    about 200 tokens (100 a caption)
                          600 at most
                cost      $0.0033 to $0.0073, without repeated calls
                          $2.50 and $10.00 per million tokens (your price)

                """)
    }

    @Test func jsonHasEveryKey() async throws {
        let harness = harness("a.png")
        let said = await harness.run(["estimate", "photos", "https://pictures.invalid/x.jpg", "--offline", "--json"] + asking)
        #expect(
            said.output == """
                {"batch":"photos","provider":"mine","model":"gpt-4o","jobs":{"to_send":2,"new":2,"not_sent":0,"waiting_elsewhere":0,"known_elsewhere":0,"reused":0,"damaged":0},\
                "request_bytes":430,\
                "pictures":[{"type":"image/png","count":1,"bytes":50,"pixels":6,"without_size":0},\
                {"type":null,"count":1,"bytes":null,"pixels":null,"without_size":1}],"prepared":{"count":0,"tokens_saved":0,"bytes_saved":0},\
                "input_tokens":{"low":516,"high":1706,"text":6,"image_low":510,"image_high":1700,"image_rule":"openai_tiles"},\
                "output_tokens":{"expected":200,"most":600},\
                "price":{"source":"profile","input_usd_per_million":2.5,"output_usd_per_million":10.0,"image_usd":null,"request_usd":null},\
                "cost_usd":{"low":0.00329,"high":0.010265},"tier":"standard","flex_cost_usd":null}

                """)
    }

    @Test func nothingIsWrittenAndOnlyWhatWouldBeSentIsCounted() async throws {
        let harness = harness("a.png", "b.png")
        harness.folder.write("photos/copy.png", png("a.png"))
        let first = try await json(harness)
        #expect(!harness.has("cutline.db"))
        #expect(
            first["jobs"]
                == .object([
                    "to_send": .integer(2), "new": .integer(2), "not_sent": .integer(1), "waiting_elsewhere": .integer(0),
                    "known_elsewhere": .integer(0), "reused": .integer(0), "damaged": .integer(0),
                ]))
        #expect(await harness.run(["add", "photos"] + asking).code == 0)
        harness.folder.write("photos/c.png", png("c.png"))
        let before = CommandHarness.bytes(of: harness.folder.path.appending("cutline.db"))
        let second = try await json(harness)
        #expect(
            second["jobs"]
                == .object([
                    "to_send": .integer(3), "new": .integer(1), "not_sent": .integer(1), "waiting_elsewhere": .integer(0),
                    "known_elsewhere": .integer(0), "reused": .integer(0), "damaged": .integer(0),
                ]))
        let part = try await json(harness, "--exclude", "b.png")
        #expect(part["jobs"]?["waiting_elsewhere"]?.int == 1 && part["jobs"]?["to_send"]?.int == 2)
        let limited = try await json(harness, "--limit", "1")
        #expect(limited["jobs"]?["to_send"]?.int == 1)
        #expect(CommandHarness.bytes(of: harness.folder.path.appending("cutline.db")) == before)
    }

    @Test func whatHasACaptionIsNotCounted() async throws {
        let harness = CommandHarness(pictures: "a.png", "b.png")
        #expect(await harness.caption("a.png", "--batch", "x").code == 0)
        let said = await harness.run(["estimate", "a.png", "b.png", "--batch", "x", "--json"] + CommandHarness.asking)
        let jobs = try JSONValue(parsing: said.output.utf8)["jobs"]
        #expect(jobs?["to_send"]?.int == 1 && jobs?["not_sent"]?.int == 1)
        let again = await harness.run(["estimate", "a.png", "--batch", "x"] + CommandHarness.asking)
        #expect(
            again.output.hasPrefix(
                "jobs      0 to send (0 new)\n          1 not to send (captioned, the same as another, failed or held)\npictures  none\n"))
        #expect(again.output.hasSuffix("cost      none: no call is needed\n"))
    }

    @Test func anUnknownPriceSaysWhatToWrite() async throws {
        let harness = harness("a.png", more: "")
        let said = await harness.run(["estimate", "photos", "--offline"] + asking)
        let example = #"[{"name":"mine","prices":{"gpt-4o":{"input_per_million":0.15,"output_per_million":0.6}}}]"#
        #expect(
            said.output.hasSuffix(
                "cost      unknown: no price is known; give --price INPUT/OUTPUT, or write it into providers.json, with the provider's own amounts:\n          \(example)\n"
            ))
        let json = try await json(harness)
        #expect(json["price"] == nil && json["cost_usd"] == nil)
        let profiles = JSONCursor(try JSONValue(parsing: example.utf8))
        #expect(try Profile(json: try profiles.items()[0], extending: nil).price(of: "gpt-4o") != nil)
    }

    @Test func theListsPriceIsUsedWhereTheUserGaveNone() async throws {
        let list = #"{"data":[{"id":"gpt-4o","pricing":{"prompt":"0.0000025","completion":"0.00001"}}]}"#
        try await ModelServer.run(list: list) { server in
            let harness = CommandHarness()
            harness.folder.write("photos/a.png", png("a"))
            harness.write(server)
            let said = await harness.run(["estimate", "photos"] + asking)
            #expect(said.output.contains("per million tokens (the list of mine)\n"))
            #expect(server.gets.count == 1 && server.posts == 0)
        }
    }

    @Test func aDoubtfulModelIsWarnedOf() async throws {
        try await ModelServer.run(list: #"{"data":[{"id":"maker/gpt-4o"}]}"#) { server in
            let harness = CommandHarness()
            harness.folder.write("photos/a.png", png("a"))
            harness.write(server)
            let said = await harness.run(["estimate", "photos"] + asking)
            #expect(said.code == 0 && said.output.contains("cost      unknown: no price is known;"))
            #expect(said.error == "gpt-4o is not among the models that mine lists; did you mean maker/gpt-4o?\n")
        }
    }

    @Test func aListThatCannotBeHadIsSaid() async throws {
        try await ModelServer.run(list: "", status: 500) { server in
            let harness = CommandHarness()
            harness.folder.write("photos/a.png", png("a"))
            harness.write(server)
            let said = await harness.run(["estimate", "photos"] + asking)
            #expect(
                said.code == 0
                    && said.output.contains("cost      unknown: mine did not give its list of models (\(server.address)/models, status 500")
            )
        }
    }

    @Test func withoutALimitOrARuleItSaysSo() async throws {
        let said = await harness("a.png", more: #", "prices": {"m": {"input_per_million": 1, "output_per_million": 1}}"#)
            .cutline(
                "estimate", "photos", "--provider", "mine", "--model", "m", "--prompt", "Describe.", "--system", "Be brief.", "--detail",
                "low")
        #expect(said.code == 0)
        #expect(
            said.output.hasSuffix(
                """
                input     about 256 to 2,006 tokens
                          6 of text (rule of thumb: one for four bytes)
                          250 to 2,000 of pictures (no rule is known for m; 250 to 2,000 each)
                output    about 100 tokens (100 a caption)
                          no upper bound; give --max-tokens
                cost      $0.00036 or more, without repeated calls
                          $1.00 and $1.00 per million tokens (your price)

                """))
    }

    @Test func anotherPromptIsRefusedAsARunWould() async {
        let harness = harness("a.png")
        #expect(await harness.run(["add", "photos"] + asking).code == 0)
        let said = await harness.run(["estimate", "photos", "--prompt", "Else?"])
        #expect(said.code == 65 && said.error.contains("--batch NEW"))
    }

    @Test func theExamplesHaveTheirSizes() async throws {
        let said = await CommandHarness().run([
            "estimate", repository.appending("examples").string, "--json", "--provider", "simulator", "--model", "gpt-4o", "--prompt", "p",
        ])
        let pictures = try JSONValue(parsing: said.output.utf8)["pictures"]?.array ?? []
        #expect(pictures.compactMap { $0["type"]?.string } == ["image/jpeg", "image/png", "image/webp", "image/gif"])
        #expect(pictures.allSatisfy { $0["without_size"]?.int == 0 && ($0["pixels"]?.int ?? 0) > 0 })
    }
}
