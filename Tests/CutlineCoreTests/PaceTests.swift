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

extension Pace {
    /// What a lane does: spends `units` and returns nil, or spends nothing and returns the earliest time to try again.
    fileprivate mutating func tryReserve(_ units: Int, at now: Timestamp) -> Timestamp? {
        advance(to: now)
        if let wait = wait(for: units, at: now) { return wait }
        spend(units, at: now)
        return nil
    }
}

struct PaceTests {
    private struct Spending {
        var times: [Int64] = []
        var units: [Int] = []

        /// The most that any window [t, t + length) holds.
        func most(in length: Int64) -> Int {
            var (most, sum, first) = (0, 0, 0)
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
        let window: Double = [0.5, 1, 10, 60, 1_800, 86_400].randomElement(using: &random) ?? 1
        let limit = RateLimit(count: .random(in: 1...2_000, using: &random), window: window)
        var pace = Pace(limit, at: at(0))
        let isOneByOne = Bool.random(using: &random)
        let dearest = isOneByOne ? 1 : max(1, limit.count / .random(in: 1...50, using: &random))
        let length = Int64(limit.window * 1_000)
        var (now, spending) = (Int64(0), Spending())
        while spending.times.count < 1_500 {
            let units = isOneByOne ? 1 : Int.random(in: 1...dearest, using: &random)
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
        #expect(spending.most(in: length) <= limit.count, "\(limit)")
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

    @Test(arguments: [1, 500, 5_000, 20_000])
    func theFirstCallIsImmediateHoweverDear(units: Int) {
        var pace = Pace(.perMinute(10_000), at: at(7))
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

    /// What was reserved a minute ago has left the window: given back now, it would be spent a second time in this minute.
    @Test func whatTheWindowHasLeftIsNotGivenBack() {
        var pace = Pace(RateLimit(count: 6_000, window: 60), at: at(0))
        #expect(pace.tryReserve(6_000, at: at(0)) == nil)
        #expect(pace.tryReserve(6_000, at: at(61_200)) == nil)
        pace.reconcile(by: -6_000, countedAt: at(0), at: at(61_201))
        #expect(pace.tryReserve(1, at: at(61_202)).map { $0 > at(121_200) && $0 <= at(121_900) } ?? false)
        pace.reconcile(by: -6_000, countedAt: at(61_200), at: at(61_203))
        #expect(pace.tryReserve(1, at: at(61_204)) == nil)
    }

    /// Answers that come long after they were counted use less or more than was reserved: the window holds what they used.
    @Test(arguments: 0..<30 as Range<UInt64>, [20.0, 55, 90])
    func noWindowHoldsMoreThanTheLimitHoweverLateItIsKnown(seed: UInt64, latency: Double) {
        var random = SeededGenerator(seed)
        var pace = Pace(.perMinute(10_000), at: at(0))
        var (now, spending) = (Int64(0), Spending())
        var running: [(time: Int64, reserved: Int, used: Int)] = []
        while spending.times.count < 1_500 {
            while let first = running.first, first.time + Int64(latency * 1_000) <= now {
                pace.reconcile(by: first.used - first.reserved, countedAt: at(first.time), at: at(now))
                running.removeFirst()
            }
            let reserved = Int.random(in: 100...200, using: &random)
            if let next = pace.tryReserve(reserved, at: at(now)) {
                #expect(next > at(now))
                let known = running.first.map { at($0.time + Int64(latency * 1_000)) } ?? next
                now = min(next, max(known, at(now + 1))).milliseconds - at(0).milliseconds
            } else {
                let used = Int.random(in: 50...reserved, using: &random)
                running.append((now, reserved, used))
                spending.times.append(now)
                spending.units.append(used)
            }
        }
        #expect(spending.most(in: 60_000) <= 10_000)
        let share = Double(spending.units.reduce(0, +)) / (Double(now) / 60_000 * 10_000)
        // What is under way stands with its reservation, half as much again as it will have used.
        #expect(share >= 0.95 / (1 + 0.5 * min(1, latency / 60)), "\(share)")
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
        pace.reconcile(by: -600, countedAt: at(100), at: at(100))
        let givenBack = pace.tryReserve(1_000, at: at(100)) ?? .never
        pace.reconcile(by: 700, countedAt: at(100), at: at(100))
        let owed = pace.tryReserve(1_000, at: at(100)) ?? .never
        #expect(givenBack < asReserved && asReserved < owed)
        // 10 ms for each unit.
        #expect(asReserved - givenBack == .milliseconds(6_000))
        #expect(owed - givenBack == .milliseconds(7_000))
    }

    /// A lane that was used to its limit is late by what its workers are, not by what each wake-up of theirs is.
    @Test func lateWakeUpsAreMadeUpFor() {
        var random = SeededGenerator(1)
        var pace = Pace(RateLimit(count: 50, window: 1), at: at(0))
        var (now, calls) = (at(0), 0)
        while now < at(60_000) {
            if let next = pace.tryReserve(1, at: now) {
                now = next + .milliseconds(Int64.random(in: 0...30, using: &random))
            } else {
                calls += 1
            }
        }
        #expect(calls >= Int(0.95 * 3_000) && calls <= 3_000)
    }

    @Test func aFlowHasNoBursts() {
        var pace = Pace(.perMinute(3_000), at: at(0))
        #expect(pace.tryReserve(1, at: at(0)) == nil)
        // After half a minute of rest, five calls of 20 ms each are made up for beside the one that is due.
        for _ in 0..<6 { #expect(pace.tryReserve(1, at: at(30_000)) == nil) }
        #expect(pace.tryReserve(1, at: at(30_000)) == at(30_020))
    }

    @Test func anotherCountInTheSameWindowForgetsNothing() {
        var pace = Pace(RateLimit(count: 100, window: 1_800), at: at(0))
        for call in 0..<100 as Range<Int64> { #expect(pace.tryReserve(1, at: at(call * 600)) == nil) }
        pace = Pace(RateLimit(count: 40, window: 1_800), after: pace, at: at(60_000))
        // 61 of them must have left the window.
        let next = pace.tryReserve(1, at: at(60_000)) ?? .never
        #expect(next >= at(1_836_000) && next <= at(1_860_000))
        pace = Pace(RateLimit(count: 40, window: 60), after: pace, at: at(60_000))
        #expect(pace.tryReserve(1, at: at(60_000)) == nil)
    }

    /// 450 in half an hour: the first 450 within a minute, and those after it when the first have left the window.
    @Test func whatALongWindowAllowsFlowsWithinAMinute() {
        var pace = Pace(RateLimit(count: 450, window: 1_800), at: at(0))
        var (now, times) = (at(0), [Timestamp]())
        while times.count < 900 {
            if let next = pace.tryReserve(1, at: now) { now = next } else { times.append(now) }
        }
        #expect(times[449] >= at(59_000) && times[449] <= at(60_000))
        #expect(times[1] >= at(133))
        for (first, next) in zip(times, times.dropFirst(450)) { #expect((1_800_000...1_900_000).contains((next - first).milliseconds)) }
    }

    @Test func nothingIsOwedForLongerThanAWindow() throws {
        var pace = Pace(.perMinute(60), at: at(0))
        #expect(pace.tryReserve(1, at: at(0)) == nil)
        pace.reconcile(by: 1_000_000, countedAt: at(0), at: at(0))
        let next = pace.tryReserve(1, at: at(0)) ?? .never
        #expect(next <= at(62_100))
        #expect(pace.tryReserve(1, at: next) == nil)
    }

    /// A job file may ask for any number of tokens, and an answer may report any.
    @Test func absurdNumbersAreTaken() {
        var pace = Pace(.perMinute(10_000), at: at(0))
        #expect(pace.tryReserve(.max, at: at(0)) == nil)
        for time in (0..<200).map({ at($0 * 500) }) {
            pace.advance(to: time)
            pace.reconcile(by: .max, countedAt: time, at: time)
        }
        pace.reconcile(by: -.max, countedAt: at(99_500), at: at(99_500))
        let next = pace.tryReserve(1, at: at(99_500)) ?? .never
        #expect(next <= at(162_000))
        #expect(pace.tryReserve(1, at: next) == nil)
    }

    /// Processes read their clocks a little out of order; that must not forget anything.
    @Test func aClockThatWaversCostsNothing() {
        var pace = Pace(RateLimit(count: 2, window: 1), at: at(0))
        #expect(pace.tryReserve(1, at: at(600)) == nil)
        #expect(pace.tryReserve(1, at: at(1_105)) == nil)
        for _ in 0..<50 {
            #expect(pace.tryReserve(1, at: at(1_099)) != nil)
            #expect(pace.tryReserve(1, at: at(1_105)) != nil)
        }
        #expect(pace.tryReserve(1, at: at(1_599)) != nil)
        #expect(pace.tryReserve(1, at: at(1_630)) == nil)
    }

    @Test func aClockThatWasSetBackCostsAWindowAtMost() throws {
        var pace = Pace(.perMinute(60), at: at(3_600_000))
        #expect(pace.tryReserve(1, at: at(3_600_000)) == nil)
        let next = pace.tryReserve(1, at: at(0)) ?? .never
        #expect(next <= at(62_100))
        #expect(pace.tryReserve(1, at: next) == nil)
    }

    /// Calls of up to the whole limit among cheap ones: each dear one finds its window otherwise empty.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func noWindowHoldsMoreThanTheLimitHoweverDearACall(seed: UInt64) {
        var random = SeededGenerator(seed)
        var pace = Pace(.perMinute(10_000), at: at(0))
        var (now, spending) = (Int64(0), Spending())
        var units = 1
        while spending.times.count < 300 {
            if let next = pace.tryReserve(units, at: at(now)) {
                #expect(next > at(now))
                now = next.milliseconds - at(0).milliseconds
                if Int.random(in: 0..<20, using: &random) == 0 { now += .random(in: 0...60_000, using: &random) }
            } else {
                spending.times.append(now)
                spending.units.append(units)
                let isDear = Int.random(in: 0..<8, using: &random) == 0
                units = Int.random(in: isDear ? 5_000...10_000 : 1...2_000, using: &random)
            }
        }
        #expect(spending.most(in: 60_000) <= 10_000)
    }

    @Test func aDearCallAfterCheapOnesFindsRoomInTheEnd() {
        var pace = Pace(.perMinute(10_000), at: at(0))
        var (now, calls) = (at(0), 0)
        for units in [1, 10, 100, 1_000, 4_000, 9_000, 30_000] {
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
