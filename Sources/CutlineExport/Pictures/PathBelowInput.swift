import CutlineCore
import SystemPackage

/// Where a picture lies below what was named as input, byte for byte as the file system has it.
///
/// A default key is that path; beside a key of the user's own it is the path as it was written. Both are texts in which a byte that is no
/// UTF-8 stands as `\xNN` (`FilePath.text`), so the bytes come from the end of the picture's own path, where that has the same text.
struct PathBelowInput: Hashable {
    /// What leads out of the folder, as it was written: a root, or all up to the last `..`.
    let lead: [UInt8]
    /// The names from there on, one at least; none is `.` or `..`, none holds a slash or NUL.
    let names: [[UInt8]]

    private static let slash = UInt8(ascii: "/")

    init(_ text: String, _ path: FilePath) {
        // Bytes, not characters: a slash with a combining mark is another character, and still a slash to the file system.
        let bytes = Array(text.utf8)
        var start = bytes.prefix { $0 == Self.slash }.count
        for part in bytes.split(separator: Self.slash) where part.elementsEqual("..".utf8) {
            start = bytes[part.endIndex...].firstIndex { $0 != Self.slash } ?? bytes.count
        }
        lead = Array(bytes[..<start])
        let written = bytes[start...].split(separator: Self.slash).filter { !$0.elementsEqual(".".utf8) }.map { Array($0) }
        let names = Self.real(written, path) ?? written.map { name in name.map { $0 == 0 ? UInt8(ascii: "_") : $0 } }
        self.names = names.isEmpty ? [[UInt8(ascii: "_")]] : names
    }

    /// Whether it leads out of the folder.
    var isOutside: Bool { !lead.isEmpty }

    /// As a reader finds the picture from the input's folder.
    var reference: FilePath { FilePath(bytes: lead + names.joined(separator: [Self.slash])) }

    /// The end of the path, where it is what was written.
    private static func real(_ written: [[UInt8]], _ path: FilePath) -> [[UInt8]]? {
        let end = path.bytes.split(separator: slash).suffix(written.count).map { Array($0) }
        guard end.count == written.count, !end.isEmpty else { return nil }
        let text = FilePath(bytes: Array(end.joined(separator: [slash]))).text
        return text.utf8.elementsEqual(written.joined(separator: [slash])) ? end : nil
    }
}
