import Testing

@testable import CutlineSimulator

@Suite struct TokenBucketTests {
    @Test func aBucketGivesItsBurstAndThenItsRate() {
        var bucket = TokenBucket(SimulatorOptions.CallRate(perSecond: 4, burst: 2), at: .zero)
        let times: [Duration] = [.zero, .zero, .zero, .milliseconds(249), .milliseconds(250), .milliseconds(499), .milliseconds(500)]
        #expect(times.map { bucket.takeIfAny(at: $0) } == [true, true, false, false, true, false, true])
    }

    @Test func aBucketNeverHoldsMoreThanItsBurst() {
        var bucket = TokenBucket(SimulatorOptions.CallRate(perSecond: 100, burst: 2), at: .zero)
        #expect((0..<4).map { _ in bucket.takeIfAny(at: .seconds(3_600)) } == [true, true, false, false])
    }
}

extension TokenBucket {
    fileprivate mutating func takeIfAny(at now: Duration) -> Bool {
        guard hasToken(at: now) else { return false }
        take(at: now)
        return true
    }
}
