/// How a picture is to be turned to stand upright, as its EXIF part says (tag `Orientation`, Exif 2.32, §4.6.4): 1 is as it is, 2 to 8 are not.
/// Whoever decodes the picture without looking there sees it as it is stored.
package struct PictureOrientation: RawRepresentable, Codable, Hashable, Sendable {
    package let rawValue: Int

    package init?(rawValue: Int) {
        guard (1...8).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// Some of these are mirrored, too.
    package var liesOnItsSide: Bool { rawValue >= 5 }
    package var isUpsideDown: Bool { rawValue == 3 || rawValue == 4 }
    /// And not turned.
    package var isMirrored: Bool { rawValue == 2 }

    static let tag = 0x0112

    /// - Parameter exif: an EXIF part from its TIFF header on, or from the `Exif` in front of it.
    init?(exif bytes: some Collection<UInt8>) {
        let (bytes, mark) = (Array(bytes), Array("Exif\0\0".utf8))
        guard let tiff = Tiff(bytes: bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...]),
            let value = tiff.directory(at: tiff.firstDirectory)?.entries[Self.tag]
        else { return nil }
        self.init(rawValue: value)
    }
}
