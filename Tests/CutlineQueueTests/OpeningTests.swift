import CutlineCore
import Foundation
import GRDB
import SystemPackage
import TestQueues
import TestSupport
import Testing

@testable import CutlineMigrationsSQLite
@testable import CutlineQueue
@testable import CutlineSQLite

@Suite(.onFile) struct OpeningTests {
    let folder = TemporaryFolder()
    var path: FilePath { folder.path.appending("queue.db") }

    @Test(arguments: ["", "-wal", "-shm", ".lock", ".rescue.jsonl", ".workers/first.lock", ".workers/first.reserved"])
    func filesAreForTheirOwnerOnly(suffix: String) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try fixture.claimOne()
        if suffix.contains("rescue") { _ = try fixture.queue.saveForRescue([.of(claim, .text("a"))], by: fixture.worker) }
        #expect(mode(fixture.queue.path.string + suffix) == 0o600)
    }

    @Test func folderOfWorkersIsForItsOwnerOnly() throws {
        let queue = try Queue.make(in: folder)
        #expect(mode(path.string + ".workers") == 0, "nobody has worked yet")
        let worker = try queue.worker("first")
        #expect(mode(path.string + ".workers") == 0o700)
        withExtendedLifetime(worker) {}
    }

    @Test func folderIsNoQueue() throws {
        let error = QueueError.unusable(folder.path, reason: "it is a folder; name a file in it with --queue PATH")
        #expect(throws: error) { try Queue(at: folder.path, now: .start) }
        #expect(throws: error) { try QueueReader(at: folder.path) }
    }

    @Test(arguments: [
        ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0"), ("wal_autocheckpoint", "0"), ("journal_mode", "wal"),
        ("journal_size_limit", "4194304"), ("cell_size_check", "1"), ("mmap_size", "0"), ("application_id", "1129665612"),
        ("user_version", "\(Migration.all.count)"),
    ])
    func pragmaIsSetOnTheWriter(pragma: String, value: String) throws {
        let queue = try Queue.make(in: folder)
        #expect(try queue.write { try String.fetchOne($0, sql: "PRAGMA \(pragma)") } == value)
    }

    @Test func foreignDatabaseIsRefusedAndLeftAsItIs() throws {
        try DatabaseQueue(path: path.string).write { try $0.execute(sql: "CREATE TABLE notes (text TEXT)") }
        let before = try Data(contentsOf: URL(filePath: path.string))
        #expect(throws: QueueError.foreign(path)) { try Queue.make(in: folder) }
        #expect(throws: QueueError.foreign(path)) { try QueueReader(at: path) }
        #expect(try Data(contentsOf: URL(filePath: path.string)) == before)
    }

    @Test func garbageIsRefusedAndLeftAsItIs() throws {
        folder.write("queue.db", text: String(repeating: "garbage ", count: 1_000))
        #expect(throws: QueueError.foreign(path)) { try Queue.make(in: folder) }
        #expect(throws: QueueError.foreign(path)) { try QueueReader(at: path) }
        #expect(try Data(contentsOf: URL(filePath: path.string)).count == 8_000)
    }

    @Test func newerQueueIsRefused() throws {
        try change("PRAGMA user_version = 99")
        #expect(throws: QueueError.newer(path, version: 99, known: Migration.all.count)) { try Queue.make(in: folder) }
        #expect(throws: QueueError.newer(path, version: 99, known: Migration.all.count)) { try QueueReader(at: path) }
    }

    @Test func queueOfAnotherMigrationIsRefused() throws {
        try change("UPDATE migrations SET sha256 = x'00'")
        #expect(throws: QueueError.changedMigration(path, file: "0001-queue.sql")) { try Queue.make(in: folder) }
        #expect(throws: QueueError.changedMigration(path, file: "0001-queue.sql")) { try QueueReader(at: path) }
    }

    @Test func readerMakesNoQueue() throws {
        #expect(throws: QueueError.noSuchQueue(path.text)) { try QueueReader(at: path) }
        folder.write("queue.db", text: "")
        #expect(throws: QueueError.noSuchQueue(path.text)) { try QueueReader(at: path) }
    }

    @Test func missingFolderIsNamed() throws {
        let path = folder.path.appending("nowhere/queue.db")
        let error = #expect(throws: QueueError.self) { try Queue(at: path, now: .start) }
        #expect(error?.description.contains("nowhere") == true)
    }

    @Test func readerCannotWrite() throws {
        let queue = try Queue.make(in: folder)
        let reader = try QueueReader(at: queue.path)
        #expect(throws: (any Error).self) { try reader.read { try $0.execute(sql: "DELETE FROM lanes") } }
    }

    @Test func readerSeesAQueueThatNobodyHasOpen() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        try fixture.queue.close()
        #expect(try QueueReader(at: fixture.queue.path).batchStatuses()[0].count(.queued) == 3)
    }

    @Test func migrationsAreTheFilesOfTheFolder() throws {
        let migrations = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../migrations/sqlite").standardized
        let files = try FileManager.default.contentsOfDirectory(atPath: migrations.path).filter { $0.hasSuffix(".sql") }.sorted()
        #expect(Migration.all.map(\.file) == files)
        #expect(Migration.all.map(\.number) == Array(1...files.count))
        for migration in Migration.all {
            #expect(try String(contentsOf: migrations.appending(path: migration.file), encoding: .utf8) == migration.sql)
        }
    }

    @Test func nextStepIsAppliedToAnExistingQueue() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        try fixture.queue.close()
        let next = Migration.all.count + 1
        let step = Migration(number: next, file: "more.sql", sql: "ALTER TABLE lanes ADD COLUMN remark TEXT")
        try migrate(fixture.queue.path, [step])
        let error = #expect(throws: QueueError.self) { try Queue(at: fixture.queue.path, now: .start) }
        #expect(error == .newer(fixture.queue.path, version: next, known: next - 1))
    }

    @Test func failedStepLeavesNothing() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        try fixture.queue.close()
        let step = Migration(number: Migration.all.count + 1, file: "bad.sql", sql: "CREATE TABLE half (a); SELECT nonsense FROM nowhere")
        #expect(throws: DatabaseError.self) { try migrate(fixture.queue.path, [step]) }
        let queue = try Queue(at: fixture.queue.path, now: .start)
        #expect(try queue.number("SELECT count(*) FROM sqlite_master WHERE name = 'half'") == 0)
        #expect(try queue.number("SELECT queued FROM counts") == 2)
    }

    @Test func oneFileServesTwoQueues() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let other = try Queue(at: fixture.queue.path, now: .start)
        _ = try fixture.turn(claiming: 1, by: other.worker("second"), on: other)
        #expect(try fixture.count(.running) == 1)
    }

    @Test func newFileMayBeMadeByManyAtOnce() async throws {
        let path = path
        let queues = try await withThrowingTaskGroup(of: Queue.self) { group in
            for _ in 0..<8 { group.addTask { try Queue(at: path, now: .start) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(queues.count == 8)
        #expect(try queues[0].number("SELECT count(*) FROM migrations") == Migration.all.count)
    }

    @Test func changeCounterMovesWithOthersOnly() throws {
        let fixture = try Fixture.make()
        let other = try Queue(at: fixture.queue.path, now: .start)
        let before = try fixture.queue.changeCounter()
        try fixture.add(0..<1)
        #expect(try fixture.queue.changeCounter() == before)
        _ = try other.add([.make(2)], to: fixture.batch, now: .start)
        #expect(try fixture.queue.changeCounter() != before)
    }

    @Test func logIsMovedIntoTheDatabaseWhileAdding() throws {
        let fixture = try Fixture.make()
        for chunk in 0..<12 { try fixture.add(chunk * 1_000..<(chunk + 1) * 1_000) }
        #expect(size(fixture.queue.path.string) > 1 << 20)
        #expect(size(fixture.queue.path.string + "-wal") < 8 << 20)
    }

    /// A log that stays large would be moved again at every write.
    @Test func logIsCutBackOnceItWasMoved() throws {
        let fixture = try Fixture.make()
        let log = fixture.queue.path.string + "-wal"
        while size(log) <= 4 << 20 { try fixture.queue.execute("INSERT INTO lanes (name, rule) VALUES (hex(randomblob(500000)), '{}')") }
        try fixture.queue.execute("INSERT INTO lanes (name, rule) VALUES ('small', '{}')")
        #expect(size(log) <= 4 << 20)
    }

    private func change(_ sql: String) throws {
        let queue = try Queue.make(in: folder)
        try queue.execute(sql)
        try queue.close()
    }

    private func migrate(_ path: FilePath, _ more: [Migration]) throws {
        try DatabaseQueue(path: path.string).inDatabase { db in
            try Schema(path: path, migrations: Migration.all + more).migrate(db, at: .start)
        }
    }

    private func mode(_ path: String) -> mode_t {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & 0o777 : 0
    }

    private func size(_ path: String) -> Int64 {
        var info = stat()
        return stat(path, &info) == 0 ? Int64(info.st_size) : 0
    }
}

@Suite struct SQLiteVersionTests {
    @Test(arguments: [
        ("3.6.23", false), ("3.7.0", true), ("3.40.1", true), ("3.44.5", true), ("3.44.6", false), ("3.45.0", true), ("3.50.6", true),
        ("3.50.7", false), ("3.51.2", true), ("3.51.3", false), ("3.52.0", false), ("4.44.0", false),
    ])
    func knowsWhichVersionsHaveTheWALResetBug(text: String, isAffected: Bool) throws {
        let version = try #require(SQLiteVersion(text))
        #expect(version.hasWALResetBug == isAffected)
        #expect(version.description == text)
    }

    @Test(arguments: ["", "3", "3.40", "three.forty.one"])
    func refusesWhatIsNoVersion(text: String) { #expect(SQLiteVersion(text) == nil) }
}

@Suite struct FileSystemKindTests {
    let table = """
        21 26 0:19 / /sys rw,nosuid - sysfs sysfs rw
        26 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
        40 26 0:35 /share /mnt/with\\040space rw master:2 propagate_from:3 - nfs4 host:/share rw
        41 26 0:36 / /mnt/ssh rw - fuse.sshfs host: rw
        """

    @Test(arguments: [("254:1", "ext4"), ("0:35", "nfs4"), ("0:36", "fuse.sshfs")])
    func readsTheKindFromTheMountTable(device: String, kind: String) {
        #expect(FileSystemKind(device: device, mountTable: table)?.name == kind)
    }

    @Test func doesNotKnowAnUnlistedDevice() { #expect(FileSystemKind(device: "9:9", mountTable: table) == nil) }

    @Test func findsTheKindOfARealFolder() {
        var info = stat()
        #expect(stat("/proc", &info) == 0)
        #expect(FileSystemKind(of: info, at: "/proc")?.name == "proc")
    }

    @Test(arguments: [
        ("ext4", false), ("tmpfs", false), ("overlay", false), ("btrfs", false), ("nfs", true), ("nfs4", true), ("cifs", true),
        ("9p", true),
        ("virtiofs", true), ("fuse", true), ("fuse.sshfs", true),
    ])
    func refusesNetworkFileSystems(kind: String, isNetwork: Bool) {
        #expect(FileSystemKind(name: kind).isNetwork == isNetwork)
    }
}
