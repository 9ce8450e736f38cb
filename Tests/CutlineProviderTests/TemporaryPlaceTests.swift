import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineProvider

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct TemporaryPlaceTests {
    private let folder = TemporaryFolder()

    private func exists(_ name: String) -> Bool { access(folder.path.appending(name).string, F_OK) == 0 }

    @Test func itGoesWithItsProcess() throws {
        var place: TemporaryPlace? = try TemporaryPlace(in: folder.path)
        let path = try #require(place?.path)
        let file = try #require(place?.newName())
        #expect(close(open(file.string, O_CREAT | O_WRONLY, 0o600)) == 0)
        place = nil
        #expect(access(path.string, F_OK) != 0)
    }

    @Test func whatAKilledProcessLeftIsSweptAndNothingElse() throws {
        let alive = try TemporaryPlace(in: folder.path)
        let stranger = folder.write("cutline-runs/keep", text: "mine")
        let target = folder.write("elsewhere/keep", text: "mine")
        folder.write("elsewhere/lock", text: "")
        #expect(symlink(target.removingLastComponent().string, folder.path.appending("cutline-run-link").string) == 0)
        folder.write("cutline-run-dead00/lock", text: "")
        folder.write("cutline-run-dead00/1", text: "a picture")
        mkdir(folder.path.appending("cutline-run-empty0").string, 0o700)
        TemporaryPlace.sweep(folder.path)
        #expect(!exists("cutline-run-dead00") && !exists("cutline-run-empty0"))
        #expect(access(alive.path.string, F_OK) == 0)
        for file in [stranger, target] { #expect(access(file.string, F_OK) == 0) }
    }

    @Test func aClientThatStartsSweeps() async throws {
        folder.write("cutline-run-dead00/lock", text: "")
        let threads = BlockingThreads(usual: 1, most: 1)
        let client = ProviderClient(connections: 1, temporaryFolder: folder.path, disk: Disk(threads: threads), now: { .fixture })
        // Behind the sweep in the same line.
        try await threads.run {}
        #expect(!exists("cutline-run-dead00"))
        await client.shutdown()
    }
}
