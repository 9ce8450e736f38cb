/// A picture as it is sent in place of another one.
package struct PreparedPicture: Sendable {
    package let format: PictureFormat
    package let size: PictureSize
    package let byteCount: Int64
    /// What made it; nil: that is not known.
    package let maker: String?
    /// Fills a buffer with what stands at an offset, as `pread` does; what it stands in goes with the last copy of this.
    package let read: @Sendable (UnsafeMutableRawBufferPointer, Int64) -> Int

    package init(
        format: PictureFormat, size: PictureSize, byteCount: Int64, maker: String? = nil,
        read: @escaping @Sendable (UnsafeMutableRawBufferPointer, Int64) -> Int
    ) {
        (self.format, self.size, self.byteCount, self.maker, self.read) = (format, size, byteCount, maker, read)
    }
}

/// What is to be made of one picture.
package struct PreparationOrder: Codable, Hashable, Sendable {
    /// As its first bytes tell.
    package var format: PictureFormat
    /// Where its bytes are in the file.
    package var offset: Int64
    package var length: Int64
    package var bound: Bound
    /// What it may become.
    package var formats: [PictureFormat]
    /// Nil: any number.
    package var mostBytes: Int?
    /// Whether one that is cut off is prepared as far as it goes.
    package var sendsDamaged: Bool
    /// Of JPEGs that are made of what was lossy before; see `Preparation`.
    package var quality = Preparation.quality
    /// Likewise.
    package var background = Preparation.background
    /// Whether it is left as it is where it is plain and within the bound (`PlainPicture`).
    package var mayStay = false

    package init(
        format: PictureFormat, offset: Int64 = 0, length: Int64, bound: Bound, formats: [PictureFormat], mostBytes: Int? = nil,
        sendsDamaged: Bool = false
    ) {
        (self.format, self.offset, self.length, self.bound) = (format, offset, length, bound)
        (self.formats, self.mostBytes, self.sendsDamaged) = (formats, mostBytes, sendsDamaged)
    }
}

/// Why a picture could not be prepared. Nothing was sent.
package enum PreparationTrouble: Error, Hashable, Sendable {
    /// What prepares pictures is not installed; pictures are sent as they are.
    case missing
    /// The picture's own: a sentence with its name.
    case unreadable(String)
    case tooLarge(String)
    /// Ours, and it passes: it may be tried again.
    case notNow(String)

    package var words: String {
        switch self {
        case .missing: "libvips is missing"
        case .unreadable(let words), .tooLarge(let words), .notNow(let words): words
        }
    }
}

/// Prepares a picture, in bounded time. Nil: its order lets it stay as it is, and so it may.
///
/// - Parameters:
///   - descriptor: the open file, which stays open meanwhile.
///   - name: of the picture, for sentences.
package typealias Prepare =
    @Sendable (
        _ descriptor: Int32, _ name: String, _ order: PreparationOrder
    ) async throws(PreparationTrouble) -> PreparedPicture?
