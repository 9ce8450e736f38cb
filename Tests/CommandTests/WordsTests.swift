import CutlineCore
import Testing

@testable import cutline

@Suite struct WordsTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000"), (-12, "-12"),
        (.max, "9,223,372,036,854,775,807"), (.min, "-9,223,372,036,854,775,808"),
    ])
    func numberHasGroupsOfThree(value: Int, text: String) { #expect(Words.number(value) == text) }

    @Test(arguments: [(0, "0 jobs"), (1, "1 job"), (2, "2 jobs"), (1_200, "1,200 jobs")])
    func countKnowsThePlural(value: Int, text: String) { #expect(Words.count(value, "job") == text) }

    @Test(arguments: [
        (-5, "0 ms"), (0, "0 ms"), (999, "999 ms"), (1_000, "1.0 s"), (1_949, "1.9 s"), (1_950, "2.0 s"), (59_949, "59.9 s"),
        (59_960, "1 min 0 s"), (60_000, "1 min 0 s"), (200_400, "3 min 20 s"), (3_599_499, "59 min 59 s"), (3_599_600, "1 h 0 min"),
        (7_500_000, "2 h 5 min"), (86_399_999, "24 h 0 min"), (36_000_000_000, "10,000 h 0 min"),
    ])
    func durationRoundsIntoTheNextUnit(milliseconds: Int64, text: String) {
        #expect(Words.duration(.milliseconds(milliseconds)) == text)
    }

    @Test(arguments: [
        (0, "$0.00"), (1, "$0.000000001"), (229_000, "$0.00023"), (99_960, "$0.0001"), (2_290_000, "$0.0023"),
        (99_999_900, "$0.10"), (410_000_000, "$0.41"), (995_000_000, "$1.00"), (12_300_000_000, "$12.30"),
        (1_234_567_890_000_000, "$1,234,567.89"), (.max, "$9,223,372,036.85"),
    ])
    func moneyHasCentsAndTwoDigitsThatSaySomething(nanodollars: Int64, text: String) {
        #expect(Words.money(Money(nanodollars: nanodollars)) == text)
    }

    @Test(arguments: [
        (0, 10_000, "0.0/s"), (412, 10_000, "41.2/s"), (10, 10_000, "1.0/s"), (9, 10_000, "54.0/min"), (1, 60_000, "1.0/min"),
        (5, 0, "5,000.0/s"), (5, -10, "5,000.0/s"), (12_345, 1_000, "12,345.0/s"),
    ])
    func rateIsPerMinuteWhereItIsSlow(count: Int, milliseconds: Int64, text: String) {
        #expect(Words.rate(count, in: .milliseconds(milliseconds)) == text)
    }

    @Test(arguments: [
        ("harbour.jpg", "harbour.jpg"), ("a\nb\tc\rd", "a b c d"), ("\u{1B}[31mred\u{1B}[0m", " [31mred [0m"),
        ("\u{0}\u{7F}\u{9B}2J", "   2J"),
        ("a\u{202E}gpj.exe", "a gpj.exe"), ("a\u{2028}b\u{2066}c", "a b c"), ("Größe 図 👍🏽 e\u{301}", "Größe 図 👍🏽 e\u{301}"), ("", ""),
    ])
    func cleanTextHasNoControlCharacters(text: String, cleaned: String) { #expect(Words.clean(text) == cleaned) }

    @Test(arguments: [
        ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("äöüß", 4, "äöüß"), ("図書館", 6, "図書館"), ("図書館", 5, "図書…"), ("図書館", 4, "図…"),
        ("abc", 1, "…"), ("abc", 0, ""), ("", 0, ""),
    ])
    func shortenedTextFitsItsColumns(text: String, width: Int, shortened: String) {
        #expect(Words.shortened(text, to: width) == shortened)
        #expect(Words.width(shortened) <= width)
    }

    @Test(arguments: [
        ("infrom", "infron"), ("inforn", "infron"), ("infron", "infron"), ("groq", nil), ("", nil), ("zzzzzzzzzz", nil),
    ])
    func nearestIsAtMostAThirdOff(word: String, near: String?) {
        #expect(Nearest.to(word, among: ["hackclub", "infron", "openai"]) == near)
        #expect(Nearest.to(word, among: []) == nil)
    }

    @Test func tableAlignsByColumnsOfTheTerminal() {
        #expect(
            Words.table([["key", "n"], ["図.png", "1"], ["🙂", "22"], ["only"]]) == """
                key     n
                図.png  1
                🙂      22
                only

                """)
        #expect(Words.table([]) == "")
    }
}
