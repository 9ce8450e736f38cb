/// Why a picture is not sent as it is: the provider would refuse it, or look at one of its frames.
package enum PreparationReason: Hashable, Sendable {
    /// Its type is none of those that the provider takes.
    case type
    case frames
    case bytes
    case side
    case pixels
    /// It is the largest of a request that is too long.
    case request
}

extension ImageRules {
    /// Types that whoever states nothing can be expected to take.
    private static let usual: [PictureFormat] = [.jpeg, .png, .webp, .gif]

    /// What a picture may be turned into. WebP is no part of it: some servers drop it without a word.
    package var preparedFormats: [PictureFormat] { [.jpeg, .png].filter { accepts?.contains($0) ?? true } }

    /// Whether the header of such a picture must be seen before anything is said of it.
    package func wantsFacts(of format: PictureFormat) -> Bool {
        switch format {
        case .gif, .png, .webp: true
        case .jpeg, .heic, .avif, .tiff, .bmp: maxSide != nil || maxPixels != nil
        }
    }

    /// Nil: it is sent as it is.
    ///
    /// - Parameter facts: nil where the header was not read.
    package func reasonToPrepare(_ file: PictureFile, _ facts: PictureFacts?) -> PreparationReason? {
        if !(accepts ?? Self.usual).contains(file.format) { return .type }
        if let limit = maxBytes, file.byteCount > limit { return .bytes }
        guard let facts else { return nil }
        if facts.isAnimated { return .frames }
        guard let size = facts.size else { return nil }
        if let limit = maxSide, size.longerSide > limit { return .side }
        let (pixels, overflows) = size.width.multipliedReportingOverflow(by: size.height)
        if let limit = maxPixels, overflows || pixels > limit { return .pixels }
        return nil
    }
}
