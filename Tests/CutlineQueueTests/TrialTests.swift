import CutlineCore
import TestSupport
import Testing

@testable import CutlineQueue

/// Batches that are only to be compared.
@Suite struct TrialTests {
    private func fixture() throws -> (Fixture, trial: BatchID) {
        let fixture = try Fixture.make(pictures: 0..<2)
        let trial = try fixture.queue.openBatch(
            .make("trial"), policy: RetryPolicy(), limits: Limits(concurrency: 10_000), isTrial: true, now: .start)
        _ = try fixture.queue.add([.make(0), .make(1)], to: trial, now: .start)
        return (fixture, trial)
    }

    @Test func aTrialIsKnownAsOne() throws {
        let (fixture, _) = try fixture()
        #expect(try fixture.queue.reader.batchStatuses().map(\.isTrial) == [false, true])
        #expect(try fixture.queue.reader.batches().map(\.isTrial) == [false, true])
    }

    @Test func itIsWorkedOnOnlyWhereItIsNamed() throws {
        let (fixture, trial) = try fixture()
        let turn = try fixture.turn(claiming: 9)
        #expect(turn.claims.map(\.batch) == [fixture.batch, fixture.batch] && turn.remaining == 2)
        #expect(try fixture.queue.reader.batchStatuses(in: .all).map(\.id) == [fixture.batch])
        #expect(try fixture.turn(claiming: 9, in: .batch(trial)).claims.map(\.batch) == [trial, trial])
    }

    @Test func whatCostsMoneyLeavesItOutUnlessItIsNamed() throws {
        let (fixture, trial) = try fixture()
        #expect(try fixture.queue.hold().count == 4)
        let released = try fixture.queue.release()
        #expect(released.moved == [.held: 2] && released.left == [.trial: 2])
        #expect(try fixture.queue.release(JobSelection(batch: trial)).count == 2)
        for claim in try fixture.turn(claiming: 9, in: .batch(trial)).claims { try fixture.settle(claim, .permanent) }
        #expect(try fixture.queue.retry().left == [.trial: 2])
        #expect(try fixture.queue.retry(JobSelection(jobs: fixture.queue.reader.jobIDs(named: "0.jpg", batch: trial))).count == 1)
    }

    @Test func aChangeOfAllOpensNoRouteForIt() throws {
        let (fixture, _) = try fixture()
        _ = try fixture.queue.retry(JobSelection(), with: JobChange(route: RouteDraft(profile: nil, model: "sim-2")), now: .start)
        #expect(try fixture.queue.reader.routes().map(\.batch) == [fixture.batch])
    }

    @Test func whatIsOpenedOtherwiseIsABatchAndStaysOne() throws {
        let (fixture, _) = try fixture()
        for isTrial in [false, true] {
            _ = try fixture.queue.openBatch(.make("trial"), policy: RetryPolicy(), limits: Limits(), isTrial: isTrial, now: .start)
            #expect(try fixture.queue.reader.batchStatuses().map(\.isTrial) == [false, false])
        }
    }
}
