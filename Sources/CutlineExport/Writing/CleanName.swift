import CutlineCore
import SystemPackage

/// A relative path of which no part can do harm: it leads nowhere but down, and each part is a plain file name on every system, Windows
/// among them (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). For names that we make, never for those by which a picture is found.
struct CleanPath: Hashable {
    let parts: [String]
    /// Whether a name had to be changed.
    let isChanged: Bool

    /// Roots, drives, `.` and `..` fall away; a part that is none of a plain name is changed.
    init(_ text: String) {
        var parts: [String] = []
        var isChanged = false
        // Bytes, not characters: a slash with a combining mark is another character, and still a slash to the file system.
        for bytes in text.utf8.split(separator: UInt8(ascii: "/")) {
            let part = String(decoding: bytes, as: UTF8.self)
            if part == "." { continue }
            if part == ".." || Self.isDrive(part) {
                isChanged = true
                continue
            }
            let clean = Self.clean(part)
            if !clean.utf8.elementsEqual(part.utf8) { isChanged = true }
            parts.append(clean)
        }
        if parts.isEmpty { (parts, isChanged) = (["_"], true) }
        (self.parts, self.isChanged) = (parts, isChanged)
    }

    var text: String { parts.joined(separator: "/") }

    private static func isDrive(_ part: String) -> Bool {
        let bytes = Array(part.utf8)
        return bytes.count == 2 && bytes[1] == UInt8(ascii: ":") && (bytes[0] | 0x20 >= 0x61 && bytes[0] | 0x20 <= 0x7A)
    }

    private static func clean(_ part: String) -> String {
        var scalars = String.UnicodeScalarView(part.unicodeScalars.map { isHarmful($0) ? "_" : $0 })
        // Windows drops a dot or space at the end: two names would be one there.
        if let last = scalars.last, last == "." || last == " " {
            scalars.removeLast()
            scalars.append("_")
        }
        let text = String(scalars)
        // Read as an option, as somebody's home, or as a device.
        return isSpecial(text) ? "_" + text : text
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F: true
        default: #"\:<>"|?*"#.unicodeScalars.contains(scalar)
        }
    }

    private static func isSpecial(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "~") { return true }
        let beforeDot = bytes.prefix { $0 != UInt8(ascii: ".") }
        let end = beforeDot.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
        let stem = String(decoding: beforeDot[..<end], as: UTF8.self).uppercased()
        if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(stem) { return true }
        guard ["COM", "LPT"].contains(stem.prefix(3)), stem.count == 4, let last = stem.unicodeScalars.last else { return false }
        return "0123456789¹²³".unicodeScalars.contains(last)
    }
}

/// The longest file name that common file systems take, in bytes.
let longestName = 255

/// File names and paths without their last extension, as Python's `os.path.splitext` takes it off: a name of dots and one extension has none.
enum Stem {
    static func of(_ name: [UInt8]) -> ArraySlice<UInt8> {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), name[..<dot].contains(where: { $0 != UInt8(ascii: ".") }) else {
            return name[...]
        }
        return name[..<dot]
    }
}
