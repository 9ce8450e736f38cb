import CutlineCore

/// A prompt with places for columns: `{{title}}`. Two braces without a name stay as they are.
struct PromptTemplate {
    private enum Piece {
        case text(String)
        case column(String)
    }

    private var pieces: [Piece] = []
    let text: String

    init(_ text: String) {
        self.text = text
        let bytes = Array(text.utf8)
        var (start, position) = (0, 0)
        while position + 1 < bytes.count {
            guard bytes[position] == Self.open, bytes[position + 1] == Self.open, let end = Self.end(bytes, from: position + 2) else {
                position += 1
                continue
            }
            if start < position { pieces.append(.text(String(decoding: bytes[start..<position], as: UTF8.self))) }
            pieces.append(.column(Self.name(bytes[(position + 2)..<end])))
            position = end + 2
            start = position
        }
        if !pieces.isEmpty, start < bytes.count { pieces.append(.text(String(decoding: bytes[start...], as: UTF8.self))) }
    }

    /// Nil where it is the same for every row.
    var firstColumn: String? {
        for piece in pieces { if case .column(let name) = piece { return name } }
        return nil
    }

    /// - Throws: where `column` does not know a name.
    func filled(for place: RowPlace, _ column: (String) -> JSONValue?) throws(InputError) -> String {
        try filled(refusing: place.error, column)
    }

    func filled(refusing error: (String) -> InputError, _ column: (String) -> JSONValue?) throws(InputError) -> String {
        guard !pieces.isEmpty else { return text }
        var result = ""
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .column(let name):
                guard let value = column(name), value != .null else {
                    throw error("the prompt asks for {{\(name)}}, but there is no column \(name) here; add it, or mend the prompt")
                }
                result += value.string ?? value.text
            }
        }
        guard !result.isEmpty else { throw error("the prompt is empty once its columns are filled in") }
        return result
    }

    /// Where `}}` stands behind a name of at least one byte that is no white space, without braces and line breaks.
    private static func end(_ bytes: [UInt8], from start: Int) -> Int? {
        var position = start
        while position < bytes.count, ![open, close, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        guard position + 1 < bytes.count, bytes[position] == close, bytes[position + 1] == close,
            bytes[start..<position].contains(where: { !blanks.contains($0) })
        else { return nil }
        return position
    }

    private static func name(_ bytes: ArraySlice<UInt8>) -> String {
        var bytes = bytes
        while let first = bytes.first, blanks.contains(first) { bytes.removeFirst() }
        while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")
    private static let blanks: [UInt8] = [0x20, 0x09]
}
