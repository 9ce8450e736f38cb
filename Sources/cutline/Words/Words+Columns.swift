// What is aligned on a terminal is counted in columns: an ideograph or an emoji takes two.
extension Words {
    /// How many columns `text` takes, as far as it can be known.
    static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    /// At most `width` columns, the cut shown by an ellipsis.
    static func shortened(_ text: String, to width: Int) -> String {
        // Most texts are short, and no character is wider than two.
        guard text.utf8.count > width, Self.width(text) > width else { return text }
        var left = width - 1
        let kept = text.prefix { character in
            left -= Self.width(character)
            return left >= 0
        }
        return width > 0 ? "\(kept)…" : ""
    }

    static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - Self.width(text)))
    }

    /// Columns aligned by spaces; the last one is left as it is.
    static func table(_ rows: [[String]]) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? width($0[column]) : 0 }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { index, cell in
                index == row.count - 1 ? cell : padded(cell, to: widths[index])
            }.joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func width(_ character: Character) -> Int {
        character.unicodeScalars.contains { isWide($0) } ? 2 : 1
    }

    /// The blocks of Unicode's East Asian Width W and F that matter, and what is shown as an emoji.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x1100: false
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFE0F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
