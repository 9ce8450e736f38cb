import CutlineCore
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct AmountTests {
    @Test(
        arguments: [
            (0.000229, 229_000), (0, 0), (1, 1_000_000_000), (0.1 + 0.2, 300_000_000), (1.4e-9, 1),
            (4_096.5, 4_096_500_000_000),
            (-0.1, nil), (.nan, nil), (.infinity, nil), (1e10, nil),
        ] as [(Double, Int64?)])
    func dollarsBecomeWholeNanodollars(dollars: Double, nanodollars: Int64?) {
        #expect(Money(dollars: dollars)?.nanodollars == nanodollars)
    }

    @Test(
        arguments: [
            (0, "0.0"), (1, "0.000000001"), (229_000, "0.000229"), (100_000_000, "0.1"), (1_000_000_000, "1.0"), (12_340_000_000, "12.34"),
            (-1_500_000_000, "-1.5"), (.max, "9223372036.854775807"), (.min, "-9223372036.854775808"),
        ] as [(Int64, String)])
    func amountsAreWrittenExactly(nanodollars: Int64, text: String) {
        #expect(Money(nanodollars: nanodollars).decimalText == text)
    }

    @Test func sumsAreExact() {
        #expect((0..<10).reduce(Money.zero) { sum, _ in sum + Money(nanodollars: 100_000_000) } == Money(dollars: 1))
        #expect(Money(nanodollars: 1) < Money(nanodollars: 2))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_795_176_001_999, "2026-11-20T12:00:01Z"), (-1, "1969-12-31T23:59:59Z"),
            (951_827_696_000, "2000-02-29T12:34:56Z"), (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
        ] as [(Int64, String)])
    func timesAreWrittenInUTC(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
    }

    @Test func datesAgreeWithTheCalendar() {
        var random = SeededGenerator(1)
        for _ in 0..<2_000 {
            // From 1600 on: before, the system's calendar is the Julian one.
            let seconds = Int64.random(in: -11_000_000_000...250_000_000_000, using: &random)
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(Date.ISO8601FormatStyle())
            #expect(Timestamp(milliseconds: seconds * 1_000).iso8601 == expected)
        }
    }

    @Test func timesAndDurationsAdd() {
        #expect(at(0) + .milliseconds(1_500) == at(1_500))
        #expect(at(1_500) - at(2_000) == .milliseconds(-500))
        #expect(Duration.microseconds(1_999).milliseconds == 1)
        #expect(at(1) < at(2))
    }

    @Test func bothAreStoredAsOneNumber() throws {
        #expect(String(decoding: try JSONEncoder().encode([Timestamp(milliseconds: 7)]), as: UTF8.self) == "[7]")
        #expect(String(decoding: try JSONEncoder().encode([Money(nanodollars: 7)]), as: UTF8.self) == "[7]")
        #expect(try JSONDecoder().decode([Money].self, from: Data("[7]".utf8)) == [Money(nanodollars: 7)])
    }

    @Test func unknownTokensHaveNoTotal() {
        #expect(Usage(inputTokens: 3, outputTokens: 4).totalTokens == 7)
        #expect(Usage(inputTokens: 3).totalTokens == nil)
        #expect(Usage(outputTokens: 3).totalTokens == nil)
    }
}
