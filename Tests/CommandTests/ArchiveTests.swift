import CutlineCore
import CutlineSimulator
import SystemPackage
import TestSupport
import Testing

@testable import cutline

/// Pictures in tar shards, from the command line to the dataset.
@Suite(.timeLimit(.minutes(15))) struct ArchiveTests {
    /// Shards as img2dataset writes them: picture, JSON and text of one stem.
    private func harness(shards: Int = 2, of samples: Int = 3) -> CommandHarness {
        let harness = CommandHarness()
        for shard in 0..<shards { write(shard, of: samples, to: harness) }
        return harness
    }

    private func write(_ shard: Int, of samples: Int, to harness: CommandHarness, changing changed: Int? = nil) {
        var tar = TarFile()
        for sample in 0..<samples {
            let name = "\(shard)000\(sample)"
            tar.add("\(name).json", Array(#"{"key": "\#(name)", "width": \#(sample)}"#.utf8))
            tar.add("\(name).png", png(sample == changed ? "changed" : name))
            tar.add("\(name).txt", Array("words of \(name)\n".utf8))
        }
        tar.end()
        harness.folder.write("shards/\(shard).tar", tar.bytes)
    }

    private static let asking = ["--provider", "simulator", "--model", "sim-1", "--prompt", "Better than {{txt}}?"]

    @Test func shardsAreCaptionedWhereTheyStandAndExported() async throws {
        let harness = harness()
        let said = await harness.run(["run", "shards/*.tar"] + Self.asking)
        #expect(said.code == 0 && said.error.contains("6 new jobs") && !said.error.contains("skipped"))
        let records = try await harness.records()
        #expect(records[0]["key"]?.string == "0/00000.png" && records[0]["images"]?[0]?.string == "shards/0.tar/00000.png")
        #expect(records[0]["prompt"]?.string == "Better than words of 00000?")
        #expect(records[0]["extra"]?.object == ["key": .string("00000"), "width": .integer(0), "txt": .string("words of 00000")])
        #expect(await harness.run(["run", "shards/*.tar"] + Self.asking).error.contains("6 there already"))
        for (format, mark) in [("imagefolder", "metadata.jsonl"), ("webdataset", "data-000000.tar")] {
            let exported = await harness.cutline("export", "--format", format, "-o", format)
            #expect(exported.code == 0 && exported.error == "6 records → \(format)\n" && harness.has("\(format)/\(mark)"))
        }
        #expect(CommandHarness.bytes(of: harness.folder.path.appending("imagefolder/00000001.png")) == png("00000"))
        #expect(await harness.cutline("export", "--format", "sidecar", "-o", "texts").code == 0)
        #expect(harness.has("texts/1/10002.txt"))
        #expect(await harness.cutline("show", "0/00001.png").output.contains("shards/0.tar/00001.png"))
    }

    @Test func lessThanAllIsTakenAsFromFolders() async throws {
        let harness = harness()
        func said(_ more: String...) async -> String {
            await harness.run(["add", "shards/*.tar", "--dry-run"] + more + Self.asking).error
        }
        #expect(await said().contains("6 new jobs"))
        #expect(await said("--limit", "4").contains("4 new jobs"))
        #expect(await said("--exclude", "1.tar", "--exclude", "00000.png").contains("2 new jobs"))
        #expect(!harness.has("cutline.db"))
        let estimate = await harness.run(["estimate", "shards/0.tar", "--offline"] + Self.asking)
        #expect(estimate.code == 0 && estimate.output.contains("3 image/png, 150 bytes, "))
        let sample = await harness.run(["run", "shards/*.tar", "--sample", "2"] + Self.asking)
        #expect(sample.code == 0 && sample.error.contains("2 of 2 jobs captioned"))
        let compared = await harness.run(["compare", "shards/*.tar", "--sample", "2", "-o", "page.html"] + Self.asking)
        #expect(compared.code == 0 && harness.text("page.html").contains("data:image/png;base64,"))
    }

    @Test func whatWasAddedIsContinued() async throws {
        let harness = harness()
        #expect(await harness.run(["add", "shards/0.tar", "shards/1.tar"] + Self.asking + ["--batch", "b"]).code == 0)
        #expect(await harness.cutline("work", "--batch", "b").error.contains("6 of 6 jobs captioned"))
        #expect(try await harness.records().map { $0["key"]?.string }.first == "shards/0/00000.png")
    }

    /// Between adding and sending a shard was packed anew: what it still holds is sent from where it lies now, as it is now.
    @Test func aShardThatChangedIsNoticed() async throws {
        var harness = harness(shards: 1)
        // A file that changed is left alone for some seconds.
        harness.now = { .wallClock }
        #expect(await harness.run(["add", "shards/0.tar"] + Self.asking + ["--batch", "b"]).code == 0)
        write(0, of: 2, to: harness, changing: 1)
        let said = await harness.cutline("work", "--batch", "b")
        #expect(said.error.contains("shards/0.tar/00001.png changed after it was added; it is sent as it is now"))
        let records = try await harness.records("--state", "all")
        #expect(records.map { $0["state"]?.string } == ["succeeded", "succeeded", "failed"])
        #expect(records[2]["error"]?["message"]?.string?.contains("0.tar no longer holds 00002.png") == true)
        let again = await harness.run(["run", "shards/0.tar"] + Self.asking + ["--batch", "b"])
        #expect(again.error.contains("2 there already"))
        #expect(await harness.cutline("export", "--format", "imagefolder", "-o", "set").error.contains("2 records → set"))
        #expect(CommandHarness.bytes(of: harness.folder.path.appending("set/00000002.png")) == png("changed"))
    }

    /// What was captioned stays whole when something is put behind it.
    @Test func aShardThatGrewKeepsItsCaptions() async throws {
        let harness = harness(shards: 1, of: 2)
        #expect(await harness.run(["run", "shards/0.tar"] + Self.asking).code == 0)
        write(0, of: 3, to: harness)
        #expect(await harness.cutline("export", "--format", "imagefolder", "-o", "set").error == "2 records → set\n")
        #expect(await harness.run(["run", "shards/0.tar"] + Self.asking).error.contains("1 new job, 2 there already"))
        #expect(await harness.cutline("export", "--format", "imagefolder", "-o", "all").error == "3 records → all\n")
    }

    @Test func linksBecomeCopies() async throws {
        let harness = harness(shards: 1, of: 1)
        #expect(await harness.run(["run", "shards/0.tar"] + Self.asking).code == 0)
        let said = await harness.cutline("export", "--format", "imagefolder", "--pictures", "link", "-o", "set")
        #expect(said.error.contains("note: 1 record (0/00000.png) with a copy of its picture, since no link leads into an archive"))
        #expect(await harness.cutline("export", "--format", "sidecar").error.contains("whose picture lies in an archive"))
    }
}
