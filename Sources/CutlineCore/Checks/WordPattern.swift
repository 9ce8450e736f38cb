/// A row of wordings with gaps between them, written as `sorry|afraid ~8 i can't|i cannot`: one of the wordings, then at most eight words of
/// anything, then one of the others. `$` stands for the end of a sentence.
///
/// What is matched is wholly inside or wholly outside quotation marks.
struct WordPattern: Sendable {
    private let parts: [(gap: Int, wordings: [[UInt64]])]
    /// Takes the place of a word's hash.
    private static let sentenceEnd: UInt64 = 0

    init(_ text: String) {
        var parts: [(gap: Int, wordings: [[UInt64]])] = []
        var gap = 0
        for piece in text.split(separator: " ~") {
            var wordings = piece
            if !parts.isEmpty, let space = piece.firstIndex(of: " ") {
                gap = Int(piece[..<space]) ?? 0
                wordings = piece[piece.index(after: space)...]
            }
            parts.append((gap, wordings.split(separator: "|").map(Self.hashes)))
        }
        self.parts = parts
    }

    /// The first words of its wordings.
    var openings: Set<UInt64> { Set(parts.first?.wordings.compactMap(\.first) ?? []) }

    private static func hashes(_ wording: Substring) -> [UInt64] {
        let isLast = wording.hasSuffix("$")
        let words = CheckedText(String(isLast ? wording.dropLast() : wording)).words.map(\.hash)
        return words + (isLast ? [sentenceEnd] : [])
    }

    /// Where a match that begins at `start` ends: behind its last word.
    func end(in text: CheckedText, from start: Int) -> Int? {
        guard start < text.words.count else { return nil }
        return end(parts[...], in: text, from: start, isQuoted: text.words[start].isQuoted, isFirst: true)
    }

    private func end(
        _ parts: ArraySlice<(gap: Int, wordings: [[UInt64]])>, in text: CheckedText, from start: Int, isQuoted: Bool, isFirst: Bool
    ) -> Int? {
        guard let part = parts.first else { return start }
        for place in start...(start + (isFirst ? 0 : part.gap)) {
            for wording in part.wordings {
                guard let next = Self.end(of: wording, in: text, from: place, isQuoted: isQuoted) else { continue }
                if let end = end(parts.dropFirst(), in: text, from: next, isQuoted: isQuoted, isFirst: false) { return end }
            }
            guard place < text.words.count, text.words[place].isQuoted == isQuoted else { return nil }
        }
        return nil
    }

    private static func end(of wording: [UInt64], in text: CheckedText, from start: Int, isQuoted: Bool) -> Int? {
        var place = start
        for hash in wording {
            if hash == sentenceEnd {
                guard place >= text.words.count || !text.words[place].marks.isDisjoint(with: .sentenceEnd) else { return nil }
            } else {
                guard place < text.words.count, text.words[place].hash == hash, text.words[place].isQuoted == isQuoted else { return nil }
                place += 1
            }
        }
        return place
    }
}

/// Patterns by the word they begin with, so that many of them cost little.
struct PatternBook: Sendable {
    private let patterns: [UInt64: [WordPattern]]

    /// - Parameter wordings: what stands in the patterns in braces, `{cannot}`.
    init(_ lines: [String], wordings: [String: String] = [:]) {
        var patterns: [UInt64: [WordPattern]] = [:]
        for line in lines {
            let text = wordings.reduce(line) { $0.replacing("{\($1.key)}", with: $1.value) }
            let pattern = WordPattern(text)
            for opening in pattern.openings { patterns[opening, default: []].append(pattern) }
        }
        self.patterns = patterns
    }

    /// Where the match that begins at `start` ends; nil where none does.
    func end(in text: CheckedText, from start: Int) -> Int? {
        guard start < text.words.count, let candidates = patterns[text.words[start].hash] else { return nil }
        return candidates.lazy.compactMap { $0.end(in: text, from: start) }.first
    }
}
