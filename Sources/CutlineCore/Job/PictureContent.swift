/// What was found in a picture's bytes.
package struct PictureContent: Hashable, Sendable {
    /// SHA-256, 32 bytes.
    package let digest: [UInt8]
    package let damage: PictureDamage?
    package let orientation: PictureOrientation?

    package init(digest: [UInt8], damage: PictureDamage? = nil, orientation: PictureOrientation? = nil) {
        (self.digest, self.damage, self.orientation) = (digest, damage, orientation)
    }
}
