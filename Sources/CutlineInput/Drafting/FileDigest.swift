import CutlineCore
import CutlineDigest
import SystemPackage

/// A picture's SHA-256, and what its file was while it was read.
struct FileDigest {
    var bytes: [UInt8]
    var stamp: FileStamp
    /// Nil where the first bytes are no picture's.
    var format: PictureFormat?
    var damage: PictureDamage?
    var orientation: PictureOrientation?

    var content: PictureContent { PictureContent(digest: bytes, damage: damage, orientation: orientation) }

    private static let pieceSize = 256 * 1_024

    /// Reads the file in pieces; once more if it changed meanwhile.
    ///
    /// - Parameter slice: The part of it that is read; nil: all.
    static func read(_ path: FilePath, _ slice: FileSlice? = nil) throws(InputError) -> FileDigest {
        do throws(Errno) {
            if let digest = try readOnce(path, slice) { return digest }
            if let digest = try readOnce(path, slice) { return digest }
        } catch {
            throw InputError("\(path.text) cannot be read: \(error)", cause: error)
        }
        throw keepsChanging(path)
    }

    static func keepsChanging(_ path: FilePath) -> InputError {
        InputError("\(path.text) keeps changing while it is read; run again when it is complete")
    }

    /// Nil where the file changed while it was read.
    private static func readOnce(_ path: FilePath, _ slice: FileSlice?) throws(Errno) -> FileDigest? {
        let descriptor = try FileDescriptor.openForReading(path)
        defer { descriptor.closeAfterReading() }
        let before = try FileFacts(descriptor: descriptor)
        guard before.kind == .regular else { throw before.kind == .folder ? .isDirectory : .invalidArgument }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 16)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var (size, scan) = (Int64(0), PictureScan())
        while true {
            let room = slice.map { Int(min(Int64(buffer.count), $0.length - size)) } ?? buffer.count
            let begin = (slice?.offset ?? 0) + size
            let count = try descriptor.fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]), at: begin)
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            scan.take(piece)
            hash.update(piece)
            size += Int64(count)
            if count < buffer.count { break }
        }
        let isWhole = size == slice?.length ?? before.stamp.size
        guard try FileFacts(descriptor: descriptor).stamp == before.stamp, isWhole else { return nil }
        return FileDigest(
            bytes: hash.finalize(), stamp: before.stamp, format: scan.format, damage: scan.damage, orientation: scan.orientation)
    }
}
