/// The part of an archive that is a picture.
package struct FileSlice: Codable, Hashable, Sendable {
    /// Its name in the archive: bytes, with slashes between its parts.
    package var member: [UInt8]
    package var offset: Int64
    package var length: Int64

    package init(member: [UInt8], offset: Int64, length: Int64) {
        self.member = member
        self.offset = offset
        self.length = length
    }
}
