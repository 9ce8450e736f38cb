/// What a misspelt word may have meant.
package enum Nearest {
    /// The known word with the fewest changed letters, at most a third of them; nil where none is near.
    package static func to(_ word: String, among known: [String]) -> String? {
        let limit = max(1, word.count / 3)
        let ranked = known.map { (word: $0, changes: changes(from: word, to: $0)) }
        guard let best = ranked.min(by: { ($0.changes, $0.word) < ($1.changes, $1.word) }), best.changes <= limit else { return nil }
        return best.word
    }

    /// Letters to insert, delete, replace, or swap with their neighbour.
    private static func changes(from a: String, to b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        var before = [Int]()
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
