import CutlineCore
import Foundation
import SystemPackage
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct RescueTests {
    @Test func workerWhoseLockIsFreeIsDeadAtOnce() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        try fixture.claimAndDie(2)
        let rescued = try fixture.queue.rescue(except: fixture.worker, now: .start)
        #expect(rescued.attempts == 2 && rescued.deadWorkers == 1 && rescued.held == 0)
        #expect(try fixture.count(.queued) == 2)
        #expect(try fixture.show("0.jpg").attempts.map(\.phase) == [.unknown])
        #expect(try fixture.show("0.jpg").attempts.map(\.billed) == [.unknown])
        #expect(try fixture.claim(9).map(\.n) == [2, 2], "at once, without a delay")
    }

    @Test func livingWorkerIsLeftAlone() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let second = try fixture.queue.worker("second")
        _ = try fixture.claimOne(by: second)
        #expect(try fixture.queue.rescue(except: fixture.worker, now: .after(359)) == Rescued())
        #expect(try fixture.queue.reader.workerStatuses().count == 2)
    }

    @Test func rescuerDoesNotDeclareItselfDead() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        _ = try fixture.claimOne()
        #expect(try fixture.queue.rescue(except: fixture.worker, now: .start) == Rescued())
    }

    @Test func missingLockFileProvesNothing() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.claimAndDie(1)
        try FileManager.default.removeItem(atPath: fixture.file("dying-1.lock"))
        #expect(try fixture.queue.rescue(except: fixture.worker, now: .after(360)) == Rescued())
        #expect(try fixture.queue.rescue(except: fixture.worker, now: .after(360.001)).attempts == 1)
    }

    @Test func expiredLeaseIsRescuedEvenFromALivingWorker() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        let claim = try fixture.claimOne()
        let rescued = try fixture.queue.rescue(except: fixture.worker, now: .after(361))
        #expect(rescued.attempts == 1 && rescued.deadWorkers == 0)
        #expect(try fixture.state(claim) == .queued)
        #expect(try fixture.claim(9, at: .after(361)).count == 1, "the worker lives on")
    }

    @Test func filesOfADeadWorkerAreRemoved() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.claimAndDie(1)
        fixture.folder.write("queue.db.workers/dying-1.reserved", text: "left by kill -9")
        _ = try fixture.queue.rescue(except: fixture.worker, now: .start)
        #expect(try fixture.files() == ["first.lock", "first.reserved"])
        #expect(try fixture.queue.reader.workerStatuses().map(\.id) == [fixture.worker.id])
    }

    /// Killed before its row was written, or after it was signed off: `rescue` never hears of such a one.
    @Test func filesThatNoRowKnowsOfAreSweptByTheNextStart() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        try fixture.claimAndDie(1)
        for name in ["unborn.lock", "unborn.reserved", "gone.reserved"] { fixture.folder.write("queue.db.workers/\(name)", text: "") }
        let beingBorn = try FileLock(FilePath(fixture.file("newborn.lock")), mustBeNew: true)
        #expect(beingBorn.tryLock())
        let second = try fixture.queue.worker("second")
        defer { withExtendedLifetime((beingBorn, second)) {} }
        #expect(
            try fixture.files() == [
                "dying-1.lock", "first.lock", "first.reserved", "newborn.lock", "second.lock", "second.reserved",
            ])
    }

    @Test func callsOfADeadWorkerAreNoLongerInFlight() throws {
        let fixture = try Fixture.make(limits: Limits(concurrency: 3), pictures: 0..<5)
        try fixture.claimAndDie(2)
        #expect(try fixture.lane().inFlight == 2)
        _ = try fixture.queue.rescue(except: fixture.worker, now: .start)
        #expect(try fixture.lane().inFlight == 0)
        #expect(try fixture.claim(9).count == 3)
    }

    @Test func lateSettlementDoesNotGiveTheSlotBackTwice() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let late = try fixture.claimAndDie(1)[0]
        _ = try fixture.queue.rescue(except: fixture.worker, now: .start)
        _ = try fixture.claim(2)
        try fixture.settle(late, .text("late"))
        #expect(try fixture.lane().inFlight == 2)
    }

    @Test(arguments: [
        (OnUnknown.retry(times: nil), 5), (.retry(times: 2), 2), (.retry(times: 0), 0), (.hold, 0),
    ])
    func crashesAreRepeatedAsOftenAsThePolicyAllows(onUnknown: OnUnknown, repeats: Int) throws {
        let fixture = try Fixture.make(policy: RetryPolicy(onUnknown: onUnknown), pictures: 0..<1)
        for _ in 0..<repeats {
            try fixture.claimAndDie(1)
            #expect(try fixture.queue.rescue(except: fixture.worker, now: .start).held == 0)
        }
        try fixture.claimAndDie(1)
        #expect(try fixture.queue.rescue(except: fixture.worker, now: .start).held == 1)
        let job = try fixture.show("0.jpg")
        #expect(job.record.state == .held && job.record.attempts == repeats + 1)
        #expect(job.record.problem?.kind == .connectionLost)
    }

    @Test func providersSilenceAndOurCrashesAreCountedApart() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.claimAndDie(1)
        _ = try fixture.queue.rescue(except: fixture.worker, now: .start)
        #expect(try fixture.settle(fixture.claimOne(), .unanswered) == .retries(after: .seconds(1)))
    }

    @Test func worksOffMoreThanAThousandCallsInSeveralPasses() throws {
        let fixture = try Fixture.make(pictures: 0..<2_500)
        try fixture.claimAndDie(2_500)
        let passes = try (0..<6).map { _ in try fixture.queue.rescue(except: fixture.worker, now: .start) }
        #expect(passes.map(\.attempts) == [500, 500, 500, 500, 500, 0])
        #expect(passes.map(\.deadWorkers) == [0, 0, 0, 0, 1, 0])
        #expect(try fixture.count(.queued) == 2_500)
        #expect(try fixture.files() == ["first.lock", "first.reserved"])
    }

    @Test func workerThatSignsOffLeavesNothingOpen() throws {
        let fixture = try Fixture.make(pictures: 0..<1_200)
        _ = try fixture.claim(1_200)
        try fixture.queue.endWorker(fixture.worker, now: .after(1))
        #expect(try fixture.queue.number("SELECT count(*) FROM attempts WHERE phase = 'open'") == 0)
        #expect(try fixture.count(.queued) == 1_200)
        #expect(try fixture.lane().inFlight == 0)
        #expect(try fixture.files().isEmpty && fixture.queue.reader.workerStatuses().isEmpty)
    }

    @Test func workerThatSignedOffClaimsNothing() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.queue.endWorker(fixture.worker, now: .start)
        #expect(throws: QueueError.workerGone) { try fixture.claim() }
    }

    @Test func tokenOfAWorkerIsItsOwn() throws {
        let fixture = try Fixture.make()
        #expect(throws: QueueError.self) { try fixture.queue.worker("first") }
    }

    @Test func workerShowsThatItWasSeen() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        _ = try fixture.claim(at: .after(7))
        let worker = try fixture.queue.reader.workerStatuses()[0]
        #expect(worker.host == "here" && worker.pid == 1 && worker.startedAt == .start && worker.seenAt == .after(7))
    }
}

extension Fixture {
    /// Claims as a worker of its own whose process then dies: its lock is free, its row stays.
    @discardableResult
    fileprivate func claimAndDie(_ count: Int) throws -> [Claim] {
        let dying = try queue.worker("dying-\(try queue.number("SELECT count(*) FROM workers"))")
        return try withExtendedLifetime(dying) { try claim(count, by: dying) }
    }

    fileprivate func file(_ name: String) -> String { queue.path.string + ".workers/" + name }

    fileprivate func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: queue.path.string + ".workers").sorted()
    }
}
