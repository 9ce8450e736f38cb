import CutlineCore
import SystemPackage

/// A file that is no picture which Cutline reads, called what it is: by its first bytes, else by the ending of its name.
package struct KnownFile: Hashable, Sendable {
    package enum Kind: Sendable {
        /// Uncompressed; its members can be read where they stand.
        case tar
        /// Its stored members can be read where they stand.
        case zip
        /// Compressed.
        case archive
        /// A table in a form that is not text.
        case table
        /// A picture in a form that no provider takes, or what stands in the place of one.
        case picture
        case video
        case document
    }

    package let kind: Kind
    /// `a RAW photograph`
    package let what: String
    /// `convert it to JPEG`
    package let remedy: String
    /// Whether its name or its first bytes call it a picture: whoever put it there expects it in the dataset.
    package private(set) var claimsPicture: Bool

    /// How many leading bytes `init(named:firstBytes:)` wants to see.
    package static let sniffLength = 512

    /// - Parameters:
    ///   - name: The last part of the path.
    ///   - bytes: The first `sniffLength` bytes of the file, or as many as are known.
    package init?(named name: some Collection<UInt8>, firstBytes bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(Self.sniffLength))
        let name = String(decoding: name, as: UTF8.self).lowercased()
        guard let known = Self.byMagic(head, name) ?? Self.byEnding(of: name) else { return nil }
        self = known
        claimsPicture = known.kind == .picture || Self.isPictureName(name.utf8)
    }

    /// By the first bytes alone, for what is read as a text whatever its name.
    init?(named name: some Collection<UInt8>, content bytes: [UInt8]) {
        guard let known = Self.byMagic(bytes, String(decoding: name, as: UTF8.self).lowercased()) else { return nil }
        self = known
    }

    /// Whether the ending of a name is one of the pictures that can be sent: `a.JPG`, whatever is in it.
    package static func isPictureName(_ name: some Collection<UInt8>) -> Bool {
        pictureEndings.contains(ending(of: String(decoding: name, as: UTF8.self).lowercased()))
    }

    /// Looks at a file; nil where it cannot be read or is not known, which is told elsewhere.
    package init?(at path: FilePath) {
        let name = path.lastComponent?.bytes ?? []
        guard let head = try? PictureBytes.read(path, first: Self.sniffLength) else { return nil }
        self.init(named: name, firstBytes: head)
    }

    /// `x.nef is a RAW photograph; convert it to JPEG`
    package func sentence(for name: String) -> String { "\(name) is \(what); \(remedy)" }

    init(_ kind: Kind, _ what: String, _ remedy: String) {
        (self.kind, self.what, self.remedy) = (kind, what, remedy)
        claimsPicture = kind == .picture
    }

    /// A RAW photograph whose first bytes are those of TIFF: its name, or a mark behind them, tells.
    package static func isRaw(named name: some Collection<UInt8>, firstBytes head: [UInt8]) -> Bool {
        guard head.starts(with: [0x49, 0x49, 0x2A, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return false }
        if head.count > 10, head[8] == UInt8(ascii: "C"), head[9] == UInt8(ascii: "R") { return true }
        return rawEndings.contains(ending(of: String(decoding: name, as: UTF8.self).lowercased()))
    }

    private static let pictureEndings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "heic", "heif", "avif", "tif", "tiff", "bmp",
    ]

    static func ending(of name: String) -> String {
        name.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(name[name.utf8.index(after: $0)...]) } ?? ""
    }
}
