import CutlineCore

/// `export --format table`: one line a record, for eyes. The key's column is as wide as the first page needs.
enum RecordTable {
    static func write(_ pages: () throws -> [Record]?, to output: StandardStream) throws {
        var keyWidth: Int?
        while let page = try pages() {
            guard !page.isEmpty else { continue }
            let width = keyWidth ?? min(40, page.map { Words.width(Words.clean($0.key)) }.max() ?? 0)
            keyWidth = width
            try output.send(page.map { line($0, keyWidth: width) }.joined())
        }
    }

    private static func line(_ record: Record, keyWidth: Int) -> String {
        let key = Words.shortened(Words.clean(record.key), to: keyWidth)
        let text = record.caption.map(\.text) ?? record.problem?.line ?? record.state.rawValue
        return "\(Words.padded(key, to: keyWidth))  \(Words.shortened(Words.clean(text), to: 100))\n"
    }
}
