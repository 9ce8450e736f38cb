import CutlineCore
import NIOCore

extension CaptionRequest {
    /// How long the body of its call is, with its pictures as base64 where they are sent as bytes.
    package func bodyLength(for profile: Profile) -> Int64 { RequestBody(self, profile: profile).length }

    /// Makes the body of its call piece by piece, as a call does, and sends it nowhere; for those who count what that costs.
    package func forEachPiece(for profile: Profile, _ take: (UnsafeRawBufferPointer) -> Void) throws {
        for part in RequestBody(self, profile: profile).parts {
            switch part {
            case .text(let bytes): bytes.withUnsafeBytes(take)
            case .picture(let file):
                let reader = try PictureReader(file)
                var (position, isMore) = (Int64(0), true)
                while isMore {
                    var piece = ByteBuffer()
                    isMore = try reader.appendPiece(at: &position, to: &piece)
                    piece.withUnsafeReadableBytes(take)
                }
            // Only a call has pictures prepared.
            case .prepared: break
            }
        }
    }
}
