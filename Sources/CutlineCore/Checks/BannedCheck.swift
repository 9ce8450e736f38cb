/// A phrase of the user's list, as whole words and in any case, with the same pauses; in scripts without spaces anywhere.
enum BannedCheck {
    @Sendable static func applies(to caption: CheckedCaption, _ checks: CaptionChecks) -> Bool {
        caption.parts.contains { checks.banned.occurs(in: $0) }
    }
}

/// Phrases by their words. To look one text through takes at most as many steps a word as the longest phrase has words, however many phrases
/// there are.
struct PhraseTree: Sendable {
    private struct Node {
        var next: [UInt64: Int] = [:]
        var isEnd = false
    }

    private var nodes = [Node()]

    init(_ phrases: [String]) {
        for phrase in phrases {
            let words = CheckedText(phrase).words.prefix(Self.maxWords)
            guard !words.isEmpty else { continue }
            nodes[words.indices.reduce(0) { insert(Self.step(words[$1], isFirst: $1 == 0), after: $0) }].isEnd = true
        }
    }

    /// `image of` does not stand in `an image, of all things`.
    private static func step(_ word: Word, isFirst: Bool) -> UInt64 {
        isFirst ? word.hash : WordReader.mixed(word.hash, UInt64(word.marks.intersection(.pause).rawValue))
    }

    /// A phrase of more words is compared by its first ones.
    private static let maxWords = 50

    private mutating func insert(_ word: UInt64, after node: Int) -> Int {
        if let next = nodes[node].next[word] { return next }
        nodes.append(Node())
        nodes[node].next[word] = nodes.count - 1
        return nodes.count - 1
    }

    func occurs(in text: CheckedText) -> Bool {
        guard !nodes[0].next.isEmpty else { return false }
        return text.words.indices.contains { start in
            var node = 0
            for index in start..<text.words.count {
                guard let next = nodes[node].next[Self.step(text.words[index], isFirst: index == start)] else { return false }
                if nodes[next].isEnd { return true }
                node = next
            }
            return false
        }
    }
}
