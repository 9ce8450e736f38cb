extension String {
    /// What a Markdown code fence holds that stands around the whole text, blanks around it aside; nil where none does.
    ///
    /// A fence is a row of at least three backticks or tildes. Behind the first row may stand a language; the last one is as long or longer, may be
    /// indented, and may follow the content on its line, as models write it.
    package var insideFence: Substring? {
        let bytes = utf8
        guard let start = bytes.firstIndex(where: { !Self.isBlank($0) }), let last = bytes.lastIndex(where: { !Self.isBlank($0) }) else {
            return nil
        }
        let (text, mark) = (bytes[start...last], bytes[start])
        guard mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
        let length = text.prefix { $0 == mark }.count
        guard length >= 3, let lineEnd = text.firstIndex(of: 0x0A), !text[..<lineEnd].dropFirst(length).contains(mark) else { return nil }
        let closing = text.reversed().prefix { $0 == mark }.count
        let content = text[lineEnd...].dropLast(closing)
        // A row in between ends the first of several fences.
        guard closing >= length, !content.split(separator: 0x0A).contains(where: { Self.isRow($0, of: mark, length) }) else { return nil }
        return Substring(content)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func isRow(_ line: Substring.UTF8View, of mark: UInt8, _ length: Int) -> Bool {
        let marks = line.filter { !isBlank($0) }
        return marks.count >= length && marks.allSatisfy { $0 == mark }
    }
}
