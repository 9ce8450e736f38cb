import CutlineCore
import CutlineDigest

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A picture as a call sent it, measured.
struct SentPicture: Hashable {
    var format: PictureFormat
    /// Nil for formats whose size is not read.
    var size: PictureSize?
    var byteCount: Int
    /// Where it was sent as an address.
    var url: String?
    private var content: Content

    /// Hashing is dear and only the log and `times=` need it.
    private enum Content: Hashable {
        case bytes(Data)
        case digest(String)
    }

    init(format: PictureFormat, size: PictureSize?, byteCount: Int, sha256: String) {
        self.format = format
        self.size = size
        self.byteCount = byteCount
        content = .digest(sha256)
    }

    /// Measures base64 text that is said to be of the type `mimeType`.
    init(base64: some StringProtocol, mimeType: some StringProtocol) throws(ScriptedRefusal) {
        guard let data = Data(base64Encoded: String(base64)), !data.isEmpty else {
            throw .invalidImage("The picture is not valid base64.")
        }
        guard let format = PictureFormat(firstBytes: data) else {
            throw .invalidImage("The bytes are not a picture of a known format.")
        }
        guard format.mimeType == mimeType.lowercased() else {
            throw .invalidImage("The picture is announced as \(mimeType), but its bytes are \(format.mimeType).")
        }
        let size = Self.size(data)
        guard size != nil || [.heic, .avif, .tiff].contains(format) else {
            throw .invalidImage("The header of the \(format.displayName) picture is damaged.")
        }
        self.format = format
        self.size = size
        byteCount = data.count
        content = .bytes(data)
    }

    /// Most headers end within 64 KiB; the whole file is looked at only where that was too little.
    private static func size(_ data: Data) -> PictureSize? {
        PictureSize(header: Array(data.prefix(1 << 16))) ?? PictureSize(header: Array(data))
    }

    /// In hexadecimal digits.
    var sha256: String {
        switch content {
        case .digest(let text): text
        case .bytes(let data): data.withUnsafeBytes { SHA256.hash($0) }.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// `data:image/png;base64,…`, a URL under `https://pictures.invalid/`, or one of the simulator's own under `ORIGIN/pictures/`.
    init(url: String, origin: String) throws(ScriptedRefusal) {
        guard url.utf8.starts(with: "data:".utf8) else {
            if let own = try ServedPictures.picture(at: url, origin: origin) {
                self = own
            } else {
                self = try ExamplePictures.picture(at: url)
            }
            self.url = url
            return
        }
        guard let comma = url.utf8.firstIndex(of: UInt8(ascii: ",")) else { throw .invalidImage("The data URL has no comma.") }
        let type = url[..<comma].dropFirst("data:".count)
        guard type.hasSuffix(";base64") else { throw .invalidImage("The data URL is not base64.") }
        try self.init(base64: url[url.utf8.index(after: comma)...], mimeType: type.dropLast(";base64".count))
    }
}

extension PictureFormat {
    var displayName: String { self == .webp ? "WebP" : rawValue.uppercased() }
}
