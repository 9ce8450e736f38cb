import CutlineCore
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

/// Workers that wait write nothing: each change wakes all others, who would write in their turn.
@Suite struct IdleTests {
    enum NothingToClaim: CaseIterable {
        case window, tokens, slots, askedToWait, learnedPace, outage, pause, budget, delay, nothing

        /// Less than what each of them waits for.
        var seconds: [Double] {
            switch self {
            case .outage: [1, 2, 3, 4]
            case .learnedPace: [0.01, 0.02, 0.03]
            // What a day allows flows within a minute.
            case .window: [100, 200, 300]
            default: Array(stride(from: 10.0, through: 600, by: 10))
            }
        }
    }

    @Test(arguments: NothingToClaim.allCases) func aTurnThatClaimsNothingChangesNoRow(reason: NothingToClaim) throws {
        let fixture = try Self.fixture(reason)
        // What comes due meanwhile is made ready, once.
        _ = try fixture.turn(claiming: 9, at: .after(reason.seconds[0]), lease: .seconds(3_600))
        let other = try fixture.queue.again(at: .start)
        let counter = try other.changeCounter()
        let changes = try fixture.changes()
        for second in reason.seconds {
            #expect(try fixture.turn(claiming: 9, at: .after(second)).claims.isEmpty)
            _ = try fixture.queue.rescue(except: fixture.worker, now: .after(second))
        }
        #expect(try fixture.changes() == changes)
        #expect(try other.changeCounter() == counter)
        try other.close()
    }

    private static func fixture(_ reason: NothingToClaim) throws -> Fixture {
        let fixture = try Fixture.make(limits: limits(reason), pictures: 0..<(reason == .nothing ? 0 : 20))
        func fail(_ outcome: Outcome) throws { for claim in try fixture.claim() { try fixture.settle(claim, outcome) } }
        switch reason {
        case .window:
            for second in [0.0, 30, 60, 90] { while try !fixture.claim(1, at: .after(second), lease: .seconds(3_600)).isEmpty {} }
        case .tokens, .slots: while try !fixture.claim(1, lease: .seconds(3_600)).isEmpty {}
        case .askedToWait: try fail(.failed(.rateLimited, status: 429, retryAfter: .seconds(3_000)))
        case .learnedPace:
            for claim in try fixture.claim(9) { try fixture.settle(claim, .failed(.rateLimited, status: 429)) }
        case .outage: for _ in 0..<5 { try fail(.failed(.serverError, status: 503)) }
        case .pause: for _ in 0..<3 { try fail(.failed(.unauthorized, status: 401)) }
        case .budget:
            _ = try fixture.queue.openBatch(
                .make(), policy: RetryPolicy(), limits: limits(reason), budget: BudgetChange(maxTokens: .at(1)), now: .start)
        case .delay: try fixture.queue.execute("UPDATE jobs SET available_at = \(Timestamp.after(3_000).milliseconds)")
        case .nothing: break
        }
        return fixture
    }

    private static func limits(_ reason: NothingToClaim) -> Limits {
        switch reason {
        case .window: Limits(concurrency: 100, requests: RateLimit(count: 3, window: 86_400))
        case .tokens: Limits(concurrency: 100, tokens: RateLimit(count: 1_000, window: 86_400))
        case .slots: Limits(concurrency: 2)
        default: Limits(concurrency: 100)
        }
    }
}

extension Fixture {
    /// Rows that this connection has changed so far; on a server, transactions in which anybody has.
    fileprivate func changes() throws -> Int {
        if TestServer.url != nil { return try queue.number("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM changes") }
        return try queue.write { try Int.fetchOne($0, sql: "SELECT total_changes()")! }
    }
}
