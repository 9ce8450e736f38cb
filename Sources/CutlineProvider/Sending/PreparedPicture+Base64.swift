import CutlineCore
import NIOCore

extension PreparedPicture {
    /// Appends the base64 of the piece at `position`, and moves that. False: it was the last one, and the original is still what it was.
    func appendPiece(of original: PictureFile, at position: inout Int64, to buffer: inout ByteBuffer) throws(PictureFault) -> Bool {
        let count = Int(min(Int64(PictureReader.pieceSize), byteCount - position))
        let isWhole = withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { raw in
            guard read(raw, position) == count else { return false }
            buffer.writeBase64(of: UnsafeRawBufferPointer(raw))
            return true
        }
        guard isWhole else { throw .noResources("what was made of \(original.place.text) cannot be read any more") }
        position += Int64(count)
        guard position == byteCount else { return true }
        try PictureReader.check(original)
        return false
    }
}
