import CutlineCore
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Timestamp {
    /// Instead of a time that a test was not given.
    fileprivate static let never = Timestamp(milliseconds: .max)
}

struct PaceTests {
    private struct Spending {
        var times: [Int64] = []
        var units: [Double] = []

        /// The most that any window [t, t + length) holds.
        func most(in length: Int64) -> Double {
            var (most, sum, first) = (0.0, 0.0, 0)
            for last in times.indices {
                sum += units[last]
                while times[first] <= times[last] - length {
                    sum -= units[first]
                    first += 1
                }
                most = max(most, sum)
            }
            return most
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func noWindowHoldsMoreThanTheLimit(seed: UInt64) {
        var random = SeededGenerator(seed)
        let limit = RateLimit(count: .random(in: 1...2_000, using: &random), window: [0.5, 1, 10, 60].randomElement(using: &random) ?? 1)
        var pace = Pace(limit, at: at(0))
        let isOneByOne = Bool.random(using: &random)
        let dearest = isOneByOne ? 1 : max(1, Double(limit.count) / .random(in: 2...50, using: &random))
        let length = Int64(limit.window * 1_000)
        var (now, spending) = (Int64(0), Spending())
        while spending.times.count < 1_500 {
            let units = isOneByOne ? 1 : Double.random(in: 1...dearest, using: &random).rounded(.down)
            if let next = pace.tryReserve(units, at: at(now)) {
                #expect(next > at(now))
                // Mostly a caller who tries as early as he may, sometimes one who is late, which is when bursts happen.
                now = next.milliseconds - at(0).milliseconds
                if Int.random(in: 0..<50, using: &random) == 0 { now += .random(in: 0...length, using: &random) }
            } else {
                spending.times.append(now)
                spending.units.append(units)
            }
        }
        #expect(spending.most(in: length) <= Double(limit.count) + 1e-6, "\(limit)")
    }

    @Test(arguments: [RateLimit(count: 1, window: 60), .perMinute(60), .perMinute(997), RateLimit(count: 1_000_000, window: 3_600)])
    func theFirstCallIsImmediateAndNotABurst(limit: RateLimit) {
        for offset in 0..<500 as Range<Int64> {
            var pace = Pace(limit, at: at(offset))
            #expect(pace.tryReserve(1, at: at(offset)) == nil)
        }
        var pace = Pace(limit, at: at(0))
        #expect(pace.tryReserve(1, at: at(0)) == nil)
        #expect(pace.tryReserve(1, at: at(0)) != nil)
    }

    @Test(arguments: [1.0, 500, 5_000, 20_000])
    func theFirstCallIsImmediateHoweverDear(units: Double) {
        var pace = Pace(.perMinute(10_000), at: at(0))
        #expect(pace.tryReserve(units, at: at(7)) == nil)
        #expect(pace.tryReserve(units, at: at(7)) != nil)
    }

    @Test(arguments: [(50, 0.97), (600, 0.975), (10_000, 0.975)])
    func nearlyTheWholeRateIsUsed(count: Int, share: Double) {
        var pace = Pace(.perMinute(count), at: at(0))
        var (now, calls) = (at(0), 0)
        while now < at(600_000) {
            if let next = pace.tryReserve(1, at: now) { now = next } else { calls += 1 }
        }
        #expect(Double(calls) >= Double(count) * 10 * share && calls <= count * 10)
    }

    @Test(arguments: [RateLimit(count: 1, window: 1), RateLimit(count: 2, window: 1), RateLimit(count: 1, window: 60)])
    func theSmallestLimitsHoldInEveryWindow(limit: RateLimit) {
        var pace = Pace(limit, at: at(0))
        let taken = (0..<200).map { Int64($0) * 5 * Int64(limit.window) }.filter { pace.tryReserve(1, at: at($0)) == nil }
        for (first, next) in zip(taken, taken.dropFirst(limit.count)) { #expect(next - first >= Int64(limit.window * 1_000)) }
        #expect(taken.count >= 1)
    }

    /// What was reserved a minute ago has been earned again meanwhile: given back now, it would be spent a second time in this minute.
    @Test func whatTimeHasGivenBackIsNotGivenBackAgain() {
        var pace = Pace(RateLimit(count: 6_000, window: 60), at: at(0))
        #expect(pace.tryReserve(1_200, at: at(0)) == nil)
        #expect(pace.tryReserve(1_200, at: at(60_000)) == nil)
        pace.reconcile(by: -1_200, reservedAt: at(0), at: at(60_001))
        #expect(pace.tryReserve(1_200, at: at(60_002)) != nil)
        pace.reconcile(by: -1_200, reservedAt: at(60_000), at: at(60_003))
        #expect(pace.tryReserve(1_200, at: at(60_004)) == nil)
    }

    @Test func aRefusalSpendsNothingAndSaysWhen() throws {
        var pace = Pace(.perMinute(60), at: at(0))
        #expect(pace.tryReserve(1, at: at(0)) == nil)
        let next = pace.tryReserve(1, at: at(1)) ?? .never
        for _ in 0..<100 { #expect(pace.tryReserve(1, at: at(2)) == next) }
        #expect(pace.tryReserve(1, at: Timestamp(milliseconds: next.milliseconds - 1)) != nil)
        #expect(pace.tryReserve(1, at: next) == nil)
    }

    @Test func whatWasNotUsedIsGivenBackAndWhatWasIsOwed() throws {
        var pace = Pace(.perMinute(6_000), at: at(0))
        #expect(pace.tryReserve(1_000, at: at(0)) == nil)
        let asReserved = pace.tryReserve(1_000, at: at(0)) ?? .never
        pace.reconcile(by: -600, reservedAt: at(100), at: at(100))
        let givenBack = pace.tryReserve(1_000, at: at(100)) ?? .never
        pace.reconcile(by: 700, reservedAt: at(100), at: at(100))
        let owed = pace.tryReserve(1_000, at: at(100)) ?? .never
        #expect(givenBack < asReserved && asReserved < owed)
        // 4,999 units a minute beside the burst of 1,000 and the slack of 1: 12.0024 ms for each.
        #expect(asReserved - givenBack == .milliseconds(7_202))
        #expect(owed - givenBack == .milliseconds(8_402))
    }

    @Test func nothingIsOwedForLongerThanAWindow() throws {
        var pace = Pace(.perMinute(60), at: at(0))
        #expect(pace.tryReserve(1, at: at(0)) == nil)
        pace.reconcile(by: 1_000_000, reservedAt: at(0), at: at(0))
        let next = pace.tryReserve(1, at: at(0)) ?? .never
        #expect(next <= at(62_100))
        #expect(pace.tryReserve(1, at: next) == nil)
    }

    @Test func aClockThatWasSetBackCostsAWindowAtMost() throws {
        var pace = Pace(.perMinute(60), at: at(3_600_000))
        #expect(pace.tryReserve(1, at: at(3_600_000)) == nil)
        let next = pace.tryReserve(1, at: at(0)) ?? .never
        #expect(next <= at(62_100))
        #expect(pace.tryReserve(1, at: next) == nil)
    }

    @Test func aDearCallAfterCheapOnesFindsRoomInTheEnd() {
        var pace = Pace(.perMinute(10_000), at: at(0))
        var (now, calls) = (at(0), 0)
        for units in [1.0, 10, 100, 1_000, 4_000, 9_000, 30_000] {
            for _ in 0..<1_000 {
                guard let next = pace.tryReserve(units, at: now) else {
                    calls += 1
                    break
                }
                now = next
            }
        }
        #expect(calls == 7)
        #expect(now < at(600_000))
    }

    @Test func itIsStoredAndReadBack() throws {
        var pace = Pace(.perMinute(600), at: at(0))
        #expect(pace.tryReserve(3, at: at(0)) == nil)
        #expect(try JSONDecoder().decode(Pace.self, from: JSONEncoder().encode(pace)) == pace)
    }
}
