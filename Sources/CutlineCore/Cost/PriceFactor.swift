/// A part of a price, in whole millionths: what is computed with it is exact.
package struct PriceFactor: Codable, Hashable, Sendable {
    package let millionths: Int

    package static let whole = PriceFactor(millionths: 1_000_000)

    private init(millionths: Int) { self.millionths = millionths }

    /// Nil where it is not above 0, above 1 or of more digits.
    package init?(_ number: Double) {
        let scaled = (number * 1e6).rounded()
        guard number > 0, number <= 1, scaled >= 1, abs(scaled - number * 1e6) < 1e-6 else { return nil }
        self.init(millionths: Int(scaled))
    }

    package init(from decoder: any Decoder) throws {
        millionths = try decoder.singleValueContainer().decode(Int.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(millionths)
    }

    package var number: Double { Double(millionths) / 1e6 }

    /// That part of an amount, rounded up to a nano-dollar as prices are.
    package func of(_ amount: Money) -> Money {
        let (whole, rest) = (Int128(amount.nanodollars) * Int128(millionths)).quotientAndRemainder(dividingBy: 1_000_000)
        return Money(nanodollars: Int64(whole + (rest > 0 ? 1 : 0)))
    }
}
