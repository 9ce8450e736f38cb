/// The caption runs in a loop: letters, words, phrases or sentences.
///
/// Pictures have rows, poems have refrains; so a loop is more than three or four turns, and more the shorter they are.
enum RepetitionCheck {
    @Sendable static func applies(to caption: CheckedCaption, _: CaptionChecks) -> Bool { caption.parts.contains(where: loops) }

    private static func loops(_ text: CheckedText) -> Bool {
        let hashes = text.words.map(\.hash)
        return text.words.contains(where: \.isLoop) || (1...maxPeriod).contains { loops(text.words, hashes, period: $0) }
            || repeatsSentences(text) || hasFewRuns(text.words)
    }

    /// Longer loops are found by their sentences, or by having little else.
    private static let maxPeriod = 40

    private static func loops(_ words: [Word], _ hashes: [UInt64], period: Int) -> Bool {
        let needed = period * (turns(period) - 1)
        guard hashes.count >= needed + period else { return false }
        var run = 0
        for index in period..<hashes.count {
            run = hashes[index] == hashes[index - period] ? run + 1 : 0
            // Rows of numbers are tables; one turn is as good as any, so each is looked at once.
            if run >= needed, (run - needed).isMultiple(of: period),
                words[(index - period + 1)...index].count(where: { $0.kind != .number }) * 2 > period
            {
                return true
            }
        }
        return false
    }

    /// How often a phrase of so many words must stand in a row.
    private static func turns(_ period: Int) -> Int {
        switch period {
        case 1: 8
        case 2, 3: 5
        case 4...8: 4
        default: 3
        }
    }

    /// At least half of six or more sentences were said before.
    private static func repeatsSentences(_ text: CheckedText) -> Bool {
        let starts = text.sentenceStarts
        guard starts.count >= 6 else { return false }
        var (seen, repeated, count) = (Set<UInt64>(), 0, 0)
        for (start, end) in zip(starts, starts.dropFirst() + [text.words.count]) where end - start >= 3 {
            count += 1
            let hash = text.words[start..<end].reduce(WordReader.seed) { WordReader.mixed($0, $1.hash) }
            if !seen.insert(hash).inserted { repeated += 1 }
        }
        return count >= 6 && repeated * 2 > count
    }

    /// Of a long text less than two fifths of its rows of five words are different ones.
    private static func hasFewRuns(_ all: [Word]) -> Bool {
        guard all.count >= 100 else { return false }
        // A loop of this length is seen in its beginning.
        let words = all.prefix(10_000)
        var (hashes, seen, spelled) = (RollingHash(length: 5), Set<UInt64>(), 0)
        for index in words.indices {
            let hash = hashes.add(words[index].hash, removing: index >= 5 ? words[index - 5].hash : 0)
            if index >= 4 { seen.insert(hash) }
            spelled += words[index].kind == .number ? 0 : 1
        }
        return spelled * 2 > words.count && seen.count * 5 < (words.count - 4) * 2
    }
}
