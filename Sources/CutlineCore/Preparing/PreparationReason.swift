/// Why a picture is not sent as it is: the provider would refuse it or look at one of its frames, or the batch wants it otherwise.
package enum PreparationReason: Hashable, CaseIterable, Sendable {
    /// Its type is none of those that the provider takes.
    case type
    case frames
    case bytes
    case side
    case pixels
    /// It is the largest of a request that is too long.
    case request
    /// It is larger than its model looks at.
    case bound
    /// It does not stand upright.
    case turned
    /// Its colours, something to see through, or metadata.
    case more
    /// Every picture is prepared.
    case all
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

extension BatchSettings {
    /// Nil: it is sent as it is, as far as its header tells; what stands behind that, darkrooms find out.
    ///
    /// - Parameters:
    ///   - header: its first bytes.
    ///   - facts: what they say.
    ///   - isMended: whether what the provider would refuse is prepared.
    package func reasonToPrepare(
        _ file: PictureFile, header: UnsafeRawBufferPointer, _ facts: PictureFacts, isMended: Bool
    ) -> PreparationReason? {
        guard let preparation else { return isMended ? profile.images.reasonToPrepare(file, facts) : nil }
        if preparation.mode == .all { return .all }
        if let reason = profile.images.reasonToPrepare(file, facts) { return reason }
        if let size = facts.size, preparation.bound.fitted(size) != size { return .bound }
        if let orientation = file.orientation, orientation.rawValue != 1 { return .turned }
        return PlainPicture.isPlain(header, file.format, isBeginning: true) ? nil : .more
    }

    /// The size that is sent of a picture that is prepared.
    package func preparedSize(of file: PictureFile, _ size: PictureSize) -> PictureSize {
        let bound = preparation?.bound ?? ImageTokens(model: model).bound(detail: parameters.detail)
        let fitted = bound.taken(by: profile.images).fitted(size)
        guard file.orientation?.liesOnItsSide == true else { return fitted }
        return PictureSize(width: fitted.height, height: fitted.width)
    }

    /// About how many bytes a prepared picture has: what photographs and screenshots come to at the quality that is asked for.
    package func preparedBytes(of file: PictureFile, _ size: PictureSize) -> Int64 {
        let quality = preparation?.quality ?? Preparation.quality
        // Bits a pixel of JPEG: 0.8 at quality 50, 1.4 at 85, 4 and more at 100.
        let bits = quality < 85 ? 0.3 + Double(quality) * 0.013 : 1.4 + Double(quality - 85) * 0.18
        let isLossless = [.png, .gif, .tiff, .bmp].contains(file.format)
        let bytes = Double(size.width) * Double(size.height) * bits / 8 * (isLossless ? 1.5 : 1) + 700
        return min(Int64(bytes), profile.images.maxBytes.map(Int64.init) ?? .max)
    }
}
