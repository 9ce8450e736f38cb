/// Too few or too many words, where a number was asked for.
///
/// A word is what stands between spaces and marks; `don't`, `well-known` and `10,000.5` are one each. Each Chinese or Japanese character
/// counts as a word, and so do four letters of Thai, Lao, Khmer and Burmese, which write no spaces.
enum LengthCheck {
    @Sendable static func isTooShort(_ caption: CheckedCaption, _ checks: CaptionChecks) -> Bool {
        guard let least = checks.rules.minWords else { return false }
        return count(caption) < least
    }

    @Sendable static func isTooLong(_ caption: CheckedCaption, _ checks: CaptionChecks) -> Bool {
        guard let most = checks.rules.maxWords else { return false }
        return count(caption) > most
    }

    static func count(_ caption: CheckedCaption) -> Int {
        caption.parts.reduce(0) { sum, part in
            let syllables = part.words.count { $0.kind == .syllable }
            let parts = part.words.count { $0.kind != .syllable && !$0.marks.contains(.hyphen) }
            return sum + parts + (syllables + 3) / 4
        }
    }
}
