import TestSupport

/// Seeded dice: the same seed throws the same.
struct Chance {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func happens(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < probability }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func fraction() -> Double { Double.random(in: 0...1, using: &generator) }

    mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(number(range)) }

    mutating func seconds(_ range: ClosedRange<Int>) -> Duration { milliseconds(range.lowerBound * 1_000...range.upperBound * 1_000) }

    mutating func pick<Element>(_ options: [Element]) -> Element { options[number(0...options.count - 1)] }
}
