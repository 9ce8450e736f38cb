import CutlineCore

/// A text that stands where a picture should be named and is something else, called what it is.
enum KnownText {
    /// What it is, and what to do; nil where it may be a name like any other.
    static func sentence(for text: String) -> String? {
        let bare = WrittenName.bare(text)
        let shown = text.shortened(to: 100)
        if has(bare, "data:") { return "\(shown) is a picture written out as text (a data: address); save it as a file and name that" }
        if isBase64(bare) { return "\(shown) is a picture written out as text (base64); save it as a file and name that" }
        if has(bare, "www.") || bare.utf8.prefix(2).elementsEqual("//".utf8) && bare.utf8.dropFirst(2).contains(UInt8(ascii: ".")) {
            let address = bare.utf8.first == UInt8(ascii: "/") ? "https:\(bare)" : "https://\(bare)"
            return "there is no file or folder \(shown); for an address give \(address.shortened(to: 100))"
        }
        return nil
    }

    /// What to do about a name that is not there, where its form tells.
    static func advice(for text: String) -> String? {
        if text.contains("://") { return "of addresses only http:// and https:// can be read" }
        if WindowsPath.isAbsolute(WrittenName.bare(text)) {
            return "it is a path on a Windows machine; write it as it is seen from here, below the list or with its folder"
        }
        return nil
    }

    private static func has(_ text: String, _ start: String) -> Bool {
        text.utf8.count >= start.utf8.count && zip(text.utf8, start.utf8).allSatisfy { ((0x41...0x5A).contains($0) ? $0 | 0x20 : $0) == $1 }
    }

    /// The first bytes of JPEG, PNG, GIF and WebP in base64, and more of them than a name has.
    private static func isBase64(_ text: String) -> Bool {
        guard text.utf8.count > 200 else { return false }
        return ["/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR"].contains { text.utf8.prefix($0.utf8.count).elementsEqual($0.utf8) }
    }
}
