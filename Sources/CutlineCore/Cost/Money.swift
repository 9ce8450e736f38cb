/// An amount of US dollars in whole nano-dollars (10⁻⁹ USD): sums are exact, and a price of a fraction of a cent
/// per million tokens still has digits.
package struct Money: Codable, Hashable, Comparable, Sendable {
    package var nanodollars: Int64

    package init(nanodollars: Int64) { self.nanodollars = nanodollars }

    /// Nil where `dollars` is not finite, negative or above nine thousand million.
    package init?(dollars: Double) {
        guard dollars.isFinite, dollars >= 0, dollars < 9e9 else { return nil }
        nanodollars = Int64((dollars * 1e9).rounded())
    }

    package init(from decoder: any Decoder) throws {
        nanodollars = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanodollars)
    }

    package var dollars: Double { Double(nanodollars) / 1e9 }

    /// Dollars as a decimal number with at least one digit behind the point, without exponent: `0.000229`, `12.0`.
    package var decimalText: String {
        let (whole, fraction) = nanodollars.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        var digits = Array(String(fraction).utf8)
        digits.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: 9 - digits.count), at: 0)
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return "\(nanodollars < 0 ? "-" : "")\(whole)." + String(decoding: digits, as: UTF8.self)
    }

    package static let zero = Money(nanodollars: 0)
    package static func < (a: Money, b: Money) -> Bool { a.nanodollars < b.nanodollars }
    package static func + (a: Money, b: Money) -> Money { Money(nanodollars: a.nanodollars + b.nanodollars) }
}
