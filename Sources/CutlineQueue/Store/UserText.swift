/// A text of the user's, of any content. SQLite's own functions end a text at NUL, so one that contains NUL is stored as bytes.
struct UserText: Storable {
    let text: String

    init(_ text: String) { self.text = text }

    var stored: StoredValue { text.holdsNUL ? .bytes(Array(text.utf8)) : .text(text) }

    init(_ cells: any Cells, _ column: Int) { text = cells.text(column) }

    init?(stored: StoredValue) {
        switch stored {
        case .text(let text): self.text = text
        case .bytes(let bytes): text = String(decoding: bytes, as: UTF8.self)
        case .null, .integer, .real: return nil
        }
    }
}

extension String {
    fileprivate var holdsNUL: Bool { utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? utf8.contains(0) }
}
