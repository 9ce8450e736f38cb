/// What first bytes tell.
extension KnownFile {
    static func byMagic(_ head: [UInt8], _ name: String) -> KnownFile? {
        if head.isEmpty { return nil }
        if isRaw(named: name.utf8, firstBytes: head) { return .raw }
        if let mark = marks.first(where: { $0.stands(in: head) }) { return mark.known(name) }
        return byText(head)
    }

    private struct Mark {
        let offset: Int
        let bytes: [UInt8]
        /// Of the name in lower case.
        let known: @Sendable (String) -> KnownFile?

        init(_ bytes: [UInt8], at offset: Int = 0, _ known: @escaping @Sendable (String) -> KnownFile?) {
            (self.bytes, self.offset, self.known) = (bytes, offset, known)
        }

        init(_ text: String, at offset: Int = 0, _ known: KnownFile) {
            self.init(Array(text.utf8), at: offset) { _ in known }
        }

        func stands(in head: [UInt8]) -> Bool { head.dropFirst(offset).starts(with: bytes) }
    }

    private static let marks: [Mark] = [
        Mark([0x50, 0x4B, 0x03, 0x04], zipped), Mark([0x50, 0x4B, 0x05, 0x06], zipped),
        Mark("ustar", at: 257, .tar),
        Mark([0x1F, 0x8B]) { packed($0, "gzip", "gzip -d") }, Mark([0x42, 0x5A, 0x68]) { packed($0, "bzip2", "bzip2 -d") },
        Mark([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) { packed($0, "xz", "xz -d") },
        Mark([0x28, 0xB5, 0x2F, 0xFD]) { packed($0, "zstd", "zstd -d") },
        Mark([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) { _ in .archive("a 7z archive") }, Mark("Rar!\u{1A}\u{07}", .archive("a RAR archive")),
        Mark("PAR1", .parquet), Mark("ARROW1", .arrow), Mark("SQLite format 3\0", .database),
        Mark([0xD0, 0xCF, 0x11, 0xE0]) { byEnding(of: $0) ?? .office("an old Office document") },
        Mark([0x89, 0x48, 0x44, 0x46, 0x0D]) { _ in .hdf5 }, Mark([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) { _ in .numpy },
        Mark("%PDF-", .pdf), Mark("%!PS", .postScript), Mark("{\\rtf", .office("an RTF document")),
        Mark("8BPS", .photoshop), Mark("gimp xcf", .gimp), Mark("FUJIFILMCCD-RAW", .raw), Mark([0x49, 0x49, 0x55, 0]) { _ in .raw },
        Mark("IIRO", .raw), Mark("IIRS", .raw), Mark("MMOR", .raw), Mark("FOVb", .raw), Mark("ftypcrx ", at: 4, .raw),
        Mark([0xFF, 0x0A]) { _ in .convertible("JPEG XL") },
        Mark([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20]) { _ in .convertible("JPEG XL") },
        Mark([0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]) { _ in .convertible("JPEG 2000") },
        Mark([0xFF, 0x4F, 0xFF, 0x51]) { _ in .convertible("JPEG 2000") }, Mark([0, 0, 1, 0]) { _ in .convertible("icon (ICO)") },
        Mark([0x76, 0x2F, 0x31, 0x01]) { _ in .convertible("OpenEXR") }, Mark("#?RADIANCE", .convertible("Radiance HDR")),
        Mark("DDS ", .convertible("DDS")), Mark("qoif", .convertible("QOI")),
        Mark(Array("ftyp".utf8), at: 4) { isPictureName($0.utf8) ? .convertible("HEIF") : .video },
        Mark([0x1A, 0x45, 0xDF, 0xA3]) { _ in .video },
        Mark("AVI LIST", at: 8, .video),
        Mark("version https://git-lfs.github.com/", .lfsPointer),
    ]

    /// A ZIP archive is what many programs save.
    @Sendable private static func zipped(_ name: String) -> KnownFile? { byEnding(of: name) ?? .zip }

    /// A compressed archive, or one compressed file.
    private static func packed(_ name: String, _ what: String, _ command: String) -> KnownFile {
        let isArchive = ["tar", "tgz", "tbz", "tbz2", "txz", "tzst"].contains { name.hasSuffix(".\($0)") || name.contains(".\($0).") }
        if isArchive {
            return KnownFile(.archive, "a tar archive compressed with \(what)", "unpack it (\(command)) and name the tar file")
        }
        return KnownFile(.archive, "a file compressed with \(what)", "unpack it (\(command)) and name what was in it")
    }

    /// Pages that came in the place of what was asked for, and drawings. Blanks and a mark may stand in front.
    private static func byText(_ head: [UInt8]) -> KnownFile? {
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF]
        let text = head.drop { blanks.contains($0) }
        guard text.first == UInt8(ascii: "<") else { return nil }
        let lower = String(decoding: text.prefix(sniffLength), as: UTF8.self).lowercased()
        if lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html") || lower.hasPrefix("<head") { return .page }
        if lower.contains("<svg") { return .drawing }
        return lower.hasPrefix("<?xml") ? KnownFile(.document, "an XML document", "take it out of the input") : nil
    }
}
