import CutlineCore

/// `export --format table`: one line a record, for eyes. The key's column is as wide as the first page needs.
enum RecordTable {
    /// - Returns: the number of entries that were left out since their picture has left its input.
    static func write(_ pages: () throws -> [Record]?, keepsMissing: Bool, to output: StandardStream) throws -> Int {
        var keyWidth: Int?
        var missing = 0
        while let whole = try pages() {
            let page = whole.filter { keepsMissing || $0.missingSince == nil }
            missing += whole.count - page.count
            guard !page.isEmpty else { continue }
            let width = keyWidth ?? min(40, page.map { Words.width(Words.clean($0.key)) }.max() ?? 0)
            keyWidth = width
            try output.send(page.map { line($0, keyWidth: width) }.joined())
        }
        return missing
    }

    private static func line(_ record: Record, keyWidth: Int) -> String {
        let key = Words.shortened(Words.clean(record.key), to: keyWidth)
        let text = record.caption.map(\.text) ?? record.problem?.line ?? record.state.rawValue
        return "\(Words.padded(key, to: keyWidth))  \(Words.shortened(Words.clean(text), to: 100))\n"
    }
}
