/// Finds out from a file's bytes, as they come, which picture they are, whether it is whole, and how it is to be turned.
package struct PictureScan {
    private var head: [UInt8] = []
    /// Nil until enough was seen, and where it is no picture.
    private var begun: (format: PictureFormat, ending: PictureEnding)?

    package init() {}

    /// Nil where it is no known picture. To be read at the end: a file may be shorter than what is looked at first.
    package var format: PictureFormat? { content?.format }
    package var damage: PictureDamage? { content?.ending.damage }
    package var orientation: PictureOrientation? { content?.ending.orientation }

    private var content: (format: PictureFormat, ending: PictureEnding)? {
        begun
            ?? PictureFormat(firstBytes: head).map { format in
                var ending = PictureEnding(of: format)
                head.withUnsafeBytes { ending.take($0) }
                return (format, ending)
            }
    }

    /// The next bytes of the file.
    package mutating func take(_ piece: UnsafeRawBufferPointer) {
        let missing = PictureFormat.sniffLength - head.count
        guard missing > 0 else {
            begun?.ending.take(piece)
            return
        }
        head += piece.prefix(missing)
        guard head.count == PictureFormat.sniffLength else { return }
        begun = content
        begun?.ending.take(UnsafeRawBufferPointer(rebasing: piece.dropFirst(missing)))
    }
}
