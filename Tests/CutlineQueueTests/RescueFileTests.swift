import CutlineCore
import Foundation
import SystemPackage
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

@Suite struct RescueFileTests {
    @Test func whatWasSavedIsBroughtInOnce() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let claims = try fixture.claim(2)
        let file = try fixture.queue.saveForRescue(claims.map { .of($0, .text("ä\n\u{1F30A}", cost: 7)) }, by: fixture.worker)
        #expect(file.bytes == fixture.queue.path.bytes + Array(".rescue.jsonl".utf8))
        #expect(try fixture.queue.replayRescueFile(now: .after(1)).broughtIn == 2)
        #expect(try fixture.queue.records().map(\.caption?.text) == ["ä\n\u{1F30A}", "ä\n\u{1F30A}"])
        #expect(try fixture.queue.replayRescueFile(now: .after(1)) == Replayed())
        #expect(!FileManager.default.fileExists(atPath: file.string))
    }

    @Test func bringingInTwiceChangesNothing() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let saved = [Settlement.of(try fixture.claimOne(), .text("a"))]
        let broughtIn = try (0..<2).map { _ in
            _ = try fixture.queue.saveForRescue(saved, by: fixture.worker)
            return try fixture.queue.replayRescueFile(now: .start).broughtIn
        }
        #expect(broughtIn == [1, 0])
        #expect(try fixture.status().duplicateCaptions == 0 && fixture.status().attempts == 1)
    }

    @Test(arguments: [Outcome.text("a"), .transient, .permanent, .unanswered, .notSent("stopping")])
    func everyOutcomeSurvivesTheFile(outcome: Outcome) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let settlement = Settlement.of(try fixture.claimOne(), outcome)
        _ = try fixture.queue.saveForRescue([settlement], by: fixture.worker)
        var found: [Settlement] = []
        try RescueFile(path: fixture.queue.state.rescue).replay { settlements in
            found = settlements
            return true
        }
        #expect(found == [settlement])
    }

    @Test func tornLineIsPassedOverAndTheNextOneIsNot() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let claims = try fixture.claim(3)
        let path = try fixture.queue.saveForRescue([.of(claims[0], .text("a")), .of(claims[1], .text("torn"))], by: fixture.worker)
        let whole = try Data(contentsOf: URL(filePath: path.string))
        fixture.folder.write("queue.db.rescue.jsonl", whole.dropLast(9))
        _ = try fixture.queue.saveForRescue([.of(claims[2], .text("c"))], by: fixture.worker)
        // It is not the last one any more: perhaps somebody can still read it.
        let replayed = try fixture.queue.replayRescueFile(now: .start)
        #expect(replayed.broughtIn == 2 && replayed.unreadable == [3])
        #expect(try fixture.queue.records().map(\.caption?.text) == ["a", nil, "c"])
        #expect(FileManager.default.fileExists(atPath: path.string))
    }

    @Test func aLastLineThatWasCutOffIsPassedOver() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let claims = try fixture.claim(2)
        let path = try fixture.queue.saveForRescue([.of(claims[0], .text("a")), .of(claims[1], .text("torn"))], by: fixture.worker)
        fixture.folder.write("queue.db.rescue.jsonl", try Data(contentsOf: URL(filePath: path.string)).dropLast(9))
        #expect(try fixture.queue.replayRescueFile(now: .start).broughtIn == 1)
        #expect(!FileManager.default.fileExists(atPath: path.string))
    }

    /// Nothing that was paid for is removed unread.
    @Test(arguments: [#"{"version": 9, "outcome": "later"}"#, #"{"attempt": 1}"#, "[]", "7"])
    func aWholeLineThatThisBuildCannotReadKeepsTheFile(line: String) throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let path = try fixture.queue.saveForRescue([.of(try fixture.claimOne(), .text("a"))], by: fixture.worker)
        let whole = try Data(contentsOf: URL(filePath: path.string))
        fixture.folder.write("queue.db.rescue.jsonl", whole + Data("\(line)\n".utf8))
        for broughtIn in [1, 0] {
            let replayed = try fixture.queue.replayRescueFile(now: .start)
            #expect(replayed.broughtIn == broughtIn && replayed.unreadable == [3])
        }
        #expect(try String(contentsOfFile: path.string, encoding: .utf8).contains(line))
        #expect(try fixture.queue.reader.unreadableRescueLines() == [3])
    }

    @Test func captionSavedAfterAnotherWasStoredIsADuplicate() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let late = try fixture.claimOne()
        _ = try fixture.queue.saveForRescue([.of(late, .text("saved"))], by: fixture.worker)
        _ = try fixture.queue.rescue(except: nil, now: .after(400))
        try fixture.settle(fixture.claimOne(at: .after(400)), .text("second"), at: .after(400))
        #expect(try fixture.queue.replayRescueFile(now: .after(500)).broughtIn == 1)
        #expect(try fixture.show("0.jpg").attempts.map(\.duplicateCaption) == ["saved", nil])
    }

    @Test func whatTheQueueRefusesStaysInTheFile() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try fixture.claimOne()
        var stranger = Settlement.of(claim, .text("of another queue"))
        stranger.attempt = AttemptID(4_711)
        let path = try fixture.queue.saveForRescue([stranger, .of(claim, .text("a"))], by: fixture.worker)
        let first = try fixture.queue.replayRescueFile(now: .start)
        #expect(first.broughtIn == 1 && first.refused == 1)
        #expect(try String(contentsOfFile: path.string, encoding: .utf8).contains("of another queue"))
        let second = try fixture.queue.replayRescueFile(now: .start)
        #expect(second.broughtIn == 0 && second.refused == 1)
    }

    @Test func severalMaySaveWhileOneBringsIn() async throws {
        let fixture = try Fixture.make(pictures: 0..<200)
        let claims = try fixture.claim(200)
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
            for claim in claims {
                group.addTask {
                    _ = try fixture.queue.saveForRescue([.of(claim, .text("a"))], by: fixture.worker)
                    return 0
                }
            }
            for _ in 0..<50 { group.addTask { try fixture.queue.replayRescueFile(now: .start).broughtIn } }
            return try await group.reduce(0, +)
        }
        #expect(try found + fixture.queue.replayRescueFile(now: .start).broughtIn == 200)
        #expect(try fixture.count(.succeeded) == 200)
    }
}

@Suite(.onFile) struct FullDiskTests {
    @Test func turnOnAFullDiskDoesNothingAndItsCaptionsCanBeSaved() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let claim = try fixture.claimOne()
        _ = try fixture.queue.write { try Int.fetchOne($0, sql: "PRAGMA max_page_count = 1") }
        try checkFullDisk(fixture, claim) {}
    }

    @Test(.enabled("needs the right to mount") { TemporaryDisk(megabytes: 1) != nil })
    func reservedSpaceMakesRoomOnADiskThatIsReallyFull() throws {
        let disk = try #require(TemporaryDisk(megabytes: 8))
        let queue = try Queue(at: disk.path.appending("queue.db"), now: .start)
        let batch = try queue.openBatch(.make(), policy: RetryPolicy(), limits: Limits(), now: .start)
        let fixture = Fixture(folder: disk.folder, queue: queue, batch: batch, worker: try queue.worker("first"))
        try fixture.add(0..<2)
        let claim = try fixture.claimOne()
        disk.fill()
        try checkFullDisk(fixture, claim) { disk.free() }
    }

    private func checkFullDisk(_ fixture: Fixture, _ claim: Claim, free: () -> Void) throws {
        let settlement = Settlement.of(claim, .text(String(repeating: "wide ", count: 40_000)))
        let error = #expect(throws: QueueError.self) { try fixture.turn([settlement], claiming: 1) }
        #expect(error?.description.contains("full") == true)
        #expect(try fixture.state(claim) == .running)
        #expect(try fixture.count(.queued) == 1)
        let saved = try fixture.queue.saveForRescue([settlement], by: fixture.worker)
        #expect(try Data(contentsOf: URL(filePath: saved.string)).count > 200_000)
        free()
        let again = try fixture.queue.again(at: .start)
        #expect(try again.replayRescueFile(now: .start).broughtIn == 1)
        #expect(try again.state(of: claim.job) == .succeeded)
    }
}
