import CutlineCore
import SystemPackage
import Testing

@testable import cutline

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A queue that is newer, damaged or read-only: exit 70, a sentence with advice, and the file as it was.
@Suite(.timeLimit(.minutes(15))) struct UnusableQueueTests {
    private let harness = CommandHarness(pictures: "a.png", "b.png")

    /// Offsets in the header of a database file (sqlite.org/fileformat2.html, §1.3).
    private static let (userVersion, applicationID) = (60, 68)

    @Test(arguments: [["status"], ["export"], ["work"], ["run", "a.png"], ["add", "b.png"], ["retry"], ["backup", "copy.db"]])
    func aNewerQueueIsLeftToANewerProgram(words: [String]) async {
        _ = await harness.add("a.png")
        overwrite([0, 0, 0, 99], at: Self.userVersion)
        let before = CommandHarness.bytes(of: harness.folder.path.appending("cutline.db"))
        let said = await harness.run(words + (["run", "add"].contains(words[0]) ? CommandHarness.asking : []))
        #expect(said.code == 70 && said.output.isEmpty)
        #expect(said.error.contains("cutline.db") && said.error.contains("newer"))
        #expect(CommandHarness.bytes(of: harness.folder.path.appending("cutline.db")) == before)
    }

    @Test func anotherProgramsDatabaseIsNotTouched() async {
        _ = await harness.add("a.png")
        overwrite([1, 2, 3, 4], at: Self.applicationID)
        let said = await harness.add("b.png")
        #expect(said.code == 70 && said.error.contains("is not a Cutline queue"))
    }

    @Test func doctorFindsADamagedPage() async throws {
        for start in 0..<20 { _ = await harness.add("a.png", "--batch", "batch \(start)", "--prompt", "Describe \(start).") }
        #expect(await harness.cutline("doctor").code == 0)
        // In the middle of the file: the header and the first pages of the schema stay.
        let size = CommandHarness.bytes(of: harness.folder.path.appending("cutline.db")).count
        for page in (size / 8_192)..<(size / 4_096) { overwrite([UInt8](repeating: 0x5A, count: 600), at: page * 4_096) }
        let said = await harness.cutline("doctor")
        #expect(said.code == 70)
        #expect(said.output.contains("problem  queue file") && said.output.contains("restore a backup"))
    }

    @Test func aDamagedQueueIsNotWorkedOn() async throws {
        _ = await harness.add("a.png")
        let size = CommandHarness.bytes(of: harness.folder.path.appending("cutline.db")).count
        for page in 1..<(size / 4_096) { overwrite([UInt8](repeating: 0x5A, count: 4_096), at: page * 4_096) }
        for words in [["status"], ["work"], ["export"]] {
            let said = await harness.run(words)
            #expect(said.code == 70 && said.output.isEmpty)
            #expect(said.error.contains("damaged") && said.error.contains("cutline.db"))
        }
    }

    #if os(Linux)
        @Test func aReadOnlyQueueCannotBeAddedTo() async throws {
            _ = await harness.add("a.png")
            // A folder of permissions does not stop root; a file system that is read-only stops everybody.
            guard mount(harness.folder.path.string, harness.folder.path.string, nil, UInt(MS_BIND), nil) == 0 else { return }
            defer { umount2(harness.folder.path.string, Int32(MNT_DETACH)) }
            let flags = UInt(MS_BIND) | UInt(MS_REMOUNT) | UInt(MS_RDONLY)
            try #require(mount(nil, harness.folder.path.string, nil, flags, nil) == 0)
            for words in [["add", "b.png"] + CommandHarness.asking, ["run", "a.png"] + CommandHarness.asking, ["work"]] {
                let said = await harness.run(words)
                #expect(said.code == 70 && said.output.isEmpty)
                #expect(said.error.contains("cutline.db") && said.error.contains("make it writable"))
            }
        }
    #endif

    private func overwrite(_ bytes: [UInt8], at offset: Int) {
        let file = open(harness.path("cutline.db"), O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        #expect(pwrite(file, bytes, bytes.count, off_t(offset)) == bytes.count)
    }
}
