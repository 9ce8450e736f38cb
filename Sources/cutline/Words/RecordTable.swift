import CutlineCore

/// `export --format table`: one line a record, for eyes. The key's column is as wide as the first page needs.
enum RecordTable {
    static func write(_ pages: () throws -> [Record]?, to output: StandardStream) throws {
        var width: Int?
        while let page = try pages() {
            let keyWidth = width ?? min(40, page.map(\.key.count).max() ?? 0)
            width = keyWidth
            for record in page { output.write(line(record, keyWidth: keyWidth)) }
        }
    }

    static func line(_ record: Record, keyWidth: Int) -> String {
        let key = Words.shortened(Words.clean(record.key), to: max(2, keyWidth))
        let text = record.caption.map(\.text) ?? record.problem.map { "\($0.kind.rawValue): \($0.message)" } ?? record.state.rawValue
        return key + String(repeating: " ", count: max(0, keyWidth - key.count)) + "  " + Words.shortened(Words.clean(text), to: 100) + "\n"
    }
}
