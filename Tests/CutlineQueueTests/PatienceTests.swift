import CutlineCore
import Foundation
import GRDB
import Synchronization
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

/// Another process that holds the queue and does not let go.
@Suite(.onFile) struct PatienceTests {
    private func patience(_ told: Told) -> QueuePatience {
        QueuePatience(silence: .milliseconds(20), limit: .milliseconds(60)) { told.count.withLock { $0 += 1 } }
    }

    private final class Told: Sendable { let count = Mutex(0) }

    @Test func aKernelLockIsWaitedForAndThenGivenUp() throws {
        let (folder, told) = (TemporaryFolder(), Told())
        let path = folder.path.appending("lock")
        let other = try FileLock(path)
        #expect(other.tryLock())
        let lock = try FileLock(path, patience: patience(told))
        for _ in 0..<2 {
            let error = #expect(throws: QueueError.self) { try lock.withLock {} }
            #expect("\(try #require(error))".contains("another process holds it for long"))
        }
        #expect(told.count.withLock { $0 } == 1, "it is said once")
    }

    @Test func whoWaitsLongEnoughGetsIt() async throws {
        let folder = TemporaryFolder()
        let path = folder.path.appending("lock")
        var other: FileLock? = try FileLock(path)
        #expect(other?.tryLock() == true)
        let lock = try FileLock(path)
        async let taken = Task.detached { try lock.withLock { true } }.value
        try await Task.sleep(for: .milliseconds(20))
        other = nil
        #expect(try await taken)
    }

    @Test func aWriteThatDoesNotEndIsWaitedForAndThenGivenUp() throws {
        let (folder, told) = (TemporaryFolder(), Told())
        let path = folder.path.appending("queue.db")
        let queue = try Queue(at: path, now: .start, patience: patience(told))
        let other = try DatabaseQueue(path: path.string)
        try other.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            let error = #expect(throws: QueueError.self) { try queue.write { _ in } }
            #expect("\(try #require(error))".contains("another process holds it for long"))
            try db.execute(sql: "ROLLBACK")
        }
        #expect(told.count.withLock { $0 } == 1)
        try queue.write { _ in }
    }
}
