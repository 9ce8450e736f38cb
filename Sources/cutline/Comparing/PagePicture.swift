import CutlineCore
import CutlineInput

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Pictures inside a page, as data URLs: no request leaves it.
struct PagePicture {
    /// A picture up to this size is shown itself; of a larger JPEG the thumbnail in its EXIF part, where there is one.
    static let small = 256 * 1_024
    /// The largest picture that is shown itself where there is no thumbnail.
    static let largest = 4 * 1_024 * 1_024
    /// Of all pictures of a page together, before base64.
    static let mostInAll = 64 * 1_024 * 1_024

    private var left = Self.mostInAll

    /// An `img` element, or words that say why there is none.
    mutating func html(_ image: ImageSource, description: String) -> String {
        guard case .file(let file) = image else { return Self.note("on the web, not loaded") }
        guard Self.shown.contains(file.format) else { return Self.note("browsers do not show \(file.format.rawValue.uppercased())") }
        guard let picture = Self.picture(of: file) else { return Self.note("cannot be read any more, or is too large to show") }
        guard picture.bytes.count <= left else { return Self.note("left out: the page is large enough") }
        left -= picture.bytes.count
        let turned = picture.orientation == 1 ? "" : " class=\"turn\(picture.orientation)\""
        let data = Data(picture.bytes).base64EncodedString()
        return "<img\(turned) alt=\"\(HTML.escaped(description))\" src=\"data:\(picture.format.mimeType);base64,\(data)\">"
    }

    private static let shown: Set<PictureFormat> = [.jpeg, .png, .webp, .gif, .avif, .bmp]

    private static func note(_ text: String) -> String { "<span class=\"note\">\(HTML.escaped(text))</span>" }

    /// Browsers turn a whole picture themselves; a thumbnail has lost what says how.
    private static func picture(of file: PictureFile) -> (bytes: [UInt8], format: PictureFormat, orientation: Int)? {
        // What cannot be read is said on the page.
        guard let head = try? PictureBytes.read(file.path, file.slice, first: max(small + 1, ExifThumbnail.headerLength)),
            let format = PictureFormat(firstBytes: head)
        else { return nil }
        if head.count <= small { return (head, format, 1) }
        if let thumbnail = ExifThumbnail(header: head) { return (thumbnail.bytes, .jpeg, thumbnail.orientation) }
        guard let whole = try? PictureBytes.read(file.path, file.slice, first: largest + 1), whole.count <= largest else { return nil }
        return (whole, format, 1)
    }
}
