import CutlineCore
import SystemPackage
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.onFile) struct BackUpTests {
    @Test func theCopyIsAQueueAsItStood() throws {
        let fixture = try Fixture.stopped()
        let open = try fixture.claimOne()
        let copy = fixture.folder.path.appending("copy.db")
        // A reader of its own, as another process has, while the queue is being worked on.
        try QueueReader(at: fixture.queue.path).backUp(to: copy, overwrite: false)
        try fixture.settle(open, .text("after"))
        let restored = try Queue(at: copy, now: .start)
        #expect(try restored.records(.succeeded).map(\.caption?.text) == ["a"])
        #expect(try restored.reader.batchStatuses()[0].count(.running) == 1)
        #expect(try restored.rescue(except: nil, now: .after(400)).attempts == 1)
        #expect(try restored.number("PRAGMA application_id") == Schema.applicationID)
        #expect(try restored.text("PRAGMA integrity_check") == "ok")
        try restored.close()
    }

    @Test func theCopyIsForItsOwnerAlone() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let copy = fixture.folder.path.appending("copy.db")
        try fixture.queue.reader.backUp(to: copy, overwrite: false)
        var info = stat()
        #expect(stat(copy.string, &info) == 0 && info.st_mode & 0o777 == 0o600)
        #expect(try leftovers(fixture).isEmpty)
    }

    @Test func anExistingFileIsReplacedOnlyOnRequest() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let copy = fixture.folder.write("copy.db", text: "something else")
        #expect(throws: QueueError.backupRefused(copy, reason: "exists; give --overwrite, or name another file")) {
            try fixture.queue.reader.backUp(to: copy, overwrite: false)
        }
        try fixture.queue.reader.backUp(to: copy, overwrite: true)
        #expect(try QueueReader(at: copy).batchStatuses()[0].total == 1)
        #expect(try leftovers(fixture).isEmpty)
    }

    @Test func whatAKilledBackupLeftIsRemovedByTheNext() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        fixture.folder.write("copy.db.cutline-0.part", text: "half a copy")
        let alive = fixture.folder.write("copy.db.cutline-1.part", text: "another process writes it")
        let lock = try #require(FileLock(existing: alive))
        #expect(lock.tryLock())
        defer { withExtendedLifetime(lock) {} }
        try fixture.queue.reader.backUp(to: fixture.folder.path.appending("copy.db"), overwrite: false)
        #expect(try leftovers(fixture) == ["copy.db.cutline-1.part"])
    }

    @Test func theQueueItselfAndOthersInUseAreNeverReplaced() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let other = try Queue(at: fixture.folder.path.appending("other.db"), now: .start)
        let link = fixture.folder.path.appending("link.db")
        #expect(symlink(fixture.queue.path.string, link.string) == 0)
        for target in [fixture.queue.path, link, other.path, fixture.folder.path] {
            #expect(throws: QueueError.self) { try fixture.queue.reader.backUp(to: target, overwrite: true) }
        }
        #expect(try fixture.status().total == 1)
        try other.close()
    }

    @Test func aFolderThatIsMissingIsNamed() throws {
        let fixture = try Fixture.make()
        let target = fixture.folder.path.appending("none/copy.db")
        #expect(throws: QueueError.unusable(target, reason: "No such file or directory")) {
            try fixture.queue.reader.backUp(to: target, overwrite: false)
        }
    }

    private func leftovers(_ fixture: Fixture) throws -> [String] {
        let stream = try #require(opendir(fixture.folder.path.string))
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names.filter { $0.hasSuffix(".part") }
    }
}
