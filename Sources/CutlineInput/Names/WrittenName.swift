/// Other spellings of a name that people's programs write: with blanks or quotes round it, with the backslashes of Windows, as an
/// address of a file, with `%20` for a blank.
enum WrittenName {
    enum Difference: Int, CaseIterable, Sendable {
        case blanks, address, windows, percent, letters, letterCase
    }

    struct Spelling {
        let text: String
        let differences: Set<Difference>
    }

    /// The spellings of `text` besides itself, the likeliest first.
    static func spellings(of text: String) -> [Spelling] {
        var (spellings, seen) = ([Spelling](), Set([ExactText(text)]))
        func add(_ text: String, _ differences: Set<Difference>) {
            guard !text.isEmpty, !text.utf8.contains(0), seen.insert(ExactText(text)).inserted else { return }
            spellings.append(Spelling(text: text, differences: differences))
        }
        let bare = bare(text)
        var before: Set<Difference> = ExactText(bare) == ExactText(text) ? [] : [.blanks]
        add(bare, before)
        if let path = path(ofFileAddress: bare) {
            add(path, before.union([.address]))
            return spellings
        }
        let slashed = slashed(bare)
        if ExactText(slashed) != ExactText(bare) { before.insert(.windows) }
        add(slashed, before)
        if let decoded = percentDecoded(slashed) { add(decoded, before.union([.percent])) }
        return spellings
    }

    /// Without blanks and one pair of quotes round it.
    static func bare(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return text }
        guard isBlank(first) || isBlank(last) || isQuote(first) else { return text }
        var scalars = trimmed(text.unicodeScalars[...])
        if scalars.count > 1, let first = scalars.first, isQuote(first), scalars.last == first {
            scalars = trimmed(scalars.dropFirst().dropLast())
        }
        return String(scalars)
    }

    /// Without blanks round it; nil where nothing else is there.
    static func trimmed(_ text: String) -> String? {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return nil }
        guard isBlank(first) || isBlank(last) else { return text }
        let scalars = trimmed(text.unicodeScalars[...])
        return scalars.isEmpty ? nil : String(scalars)
    }

    private static func trimmed(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    private static func isQuote(_ scalar: Unicode.Scalar) -> Bool { scalar == "\"" || scalar == "'" }

    /// Also the blank that does not break, which comes with what is copied from pages, and a byte-order mark in the middle of joined files.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { [" ", "\t", "\r", "\n", "\u{A0}", "\u{FEFF}"].contains(scalar) }

    /// `C:\photos` is `/mnt/c/photos` where Linux runs inside Windows.
    private static func slashed(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) || WindowsPath.drive(of: text) != nil else { return text }
        let slashed = String(decoding: text.utf8.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
        guard let drive = WindowsPath.drive(of: text) else { return slashed }
        return "/mnt/\(drive.lowercased())\(slashed.dropFirst(2))"
    }

    /// `file:///photos/a%20b.jpg`, of this machine.
    private static func path(ofFileAddress text: String) -> String? {
        guard text.utf8.prefix(7).elementsEqual("file://".utf8) else { return nil }
        let rest = text.dropFirst(7)
        guard let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")), ["", "localhost"].contains(rest[..<slash]) else { return nil }
        let path = String(rest[slash...])
        return percentDecoded(path) ?? path
    }

    /// Nil where nothing is encoded, or what comes out is no text.
    private static func percentDecoded(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return nil }
        var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), value != 0
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes.elementsEqual(text.utf8) ? nil : String(validating: bytes, as: UTF8.self)
    }
}

/// A path as Windows writes it.
enum WindowsPath {
    /// The letter in front of `C:\` or `C:/`.
    static func drive(of text: String) -> String? {
        let head = Array(text.utf8.prefix(3))
        guard head.count == 3, head[1] == UInt8(ascii: ":"), [UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(head[2]),
            (0x41...0x5A).contains(head[0] & 0xDF)
        else { return nil }
        return String(decoding: [head[0]], as: UTF8.self)
    }

    /// Begins at a drive or at another machine of a network.
    static func isAbsolute(_ text: String) -> Bool { drive(of: text) != nil || text.utf8.prefix(2).elementsEqual(#"\\"#.utf8) }
}
