import SystemPackage

/// A local picture: where it is and what it was when it was added.
package struct PictureFile: Codable, Hashable, Sendable {
    /// Absolute; of a picture in an archive that of the archive, as is the stamp.
    package var path: FilePath
    package var stamp: FileStamp
    /// Nil: the file is the picture.
    package var slice: FileSlice?
    package var format: PictureFormat
    /// SHA-256 of its bytes, 32 of them; nil in identity mode `path`.
    package var digest: [UInt8]?
    /// Nil where nothing was found, and where the bytes were not read.
    package var damage: PictureDamage?
    /// Likewise.
    package var orientation: PictureOrientation?

    package init(
        path: FilePath, stamp: FileStamp, format: PictureFormat, digest: [UInt8]?, slice: FileSlice? = nil, damage: PictureDamage? = nil,
        orientation: PictureOrientation? = nil
    ) {
        self.path = path
        self.stamp = stamp
        self.slice = slice
        self.format = format
        self.digest = digest
        self.damage = damage
        self.orientation = orientation
    }

    /// Where its bytes begin in the file.
    package var offset: Int64 { slice?.offset ?? 0 }
    /// How many bytes are sent.
    package var byteCount: Int64 { slice?.length ?? stamp.size }
    /// What tells it from all other pictures, and what it is called: in an archive `shard.tar/member.jpg`.
    package var place: FilePath { slice.map { path.pushing(member: $0.member) } ?? path }

    /// The same file, with what was found in its bytes when they were read.
    package func read(as content: PictureContent) -> PictureFile {
        var file = self
        (file.digest, file.damage, file.orientation) = (content.digest, content.damage, content.orientation)
        return file
    }
}
