import CutlineCore
import NIOCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a picture cannot be sent.
enum PictureFault: Error, Equatable {
    /// The picture's own trouble: missing, changed, not a file.
    case unreadable(String)
    /// It is not the file any more that was added.
    case changed(String)
    /// Ours: no descriptors or no memory. The picture may be sent later.
    case noResources(String)
    /// Its disk does not answer.
    case hung(Failure)
}

/// Reads one picture in pieces and makes sure that it is the one that was added. All of it may block: see `Disk`.
final class PictureReader: Sendable {
    /// Raw bytes of a piece: a multiple of three, so that the base64 of the pieces joins without padding.
    static let pieceSize = 48 * 1_024

    private let file: PictureFile
    let descriptor: Int32

    /// O_NONBLOCK keeps a FIFO that took the picture's place from blocking the open.
    init(_ file: PictureFile) throws(PictureFault) {
        self.file = file
        descriptor = file.path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw Self.fault(file, errno) }
        try checkUnchanged()
    }

    deinit { close(descriptor) }

    /// Costs no descriptor: looks whether the picture is still what it was when it was added.
    static func check(_ file: PictureFile) throws(PictureFault) {
        var status = stat()
        guard file.path.withPlatformString({ stat($0, &status) }) == 0 else { throw fault(file, errno) }
        try check(file, status)
    }

    /// Appends the base64 of the piece at `position`, and moves that. False: it was the last one, and the file is still unchanged.
    func appendPiece(at position: inout Int64, to buffer: inout ByteBuffer) throws(PictureFault) -> Bool {
        let count = Int(min(Int64(Self.pieceSize), file.byteCount - position))
        guard read(count, at: position, { buffer.writeBase64(of: $0) }) else {
            throw .changed("\(file.place.text) changed while it was sent")
        }
        position += Int64(count)
        guard position == file.byteCount else { return true }
        try checkUnchanged()
        return false
    }

    /// Reads all of it: what keeps it from being decoded whole.
    static func damage(of file: PictureFile) throws(PictureFault) -> PictureDamage? {
        let reader = try PictureReader(file)
        var ending = PictureEnding(of: file.format)
        var position: Int64 = 0
        while position < file.byteCount {
            let count = Int(min(Int64(pieceSize), file.byteCount - position))
            guard reader.read(count, at: position, { ending.take($0) }) else {
                throw .changed("\(file.place.text) changed while it was read")
            }
            position += Int64(count)
        }
        return ending.damage
    }

    /// Its first bytes, as far as it has them.
    func header(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        _ = read(Int(min(Int64(count), file.byteCount)), at: 0) { bytes = Array($0) }
        return bytes
    }

    private func read(_ count: Int, at position: Int64, _ use: (UnsafeRawBufferPointer) -> Void) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { raw in
            var filled = 0
            while filled < count {
                let got = pread(descriptor, raw.baseAddress! + filled, count - filled, off_t(file.offset + position) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return false }
                filled += got
            }
            use(UnsafeRawBufferPointer(raw))
            return true
        }
    }

    private func checkUnchanged() throws(PictureFault) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.fault(file, errno) }
        try Self.check(file, status)
    }

    private static func check(_ file: PictureFile, _ status: stat) throws(PictureFault) {
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable("\(file.place.text) is not a regular file") }
        guard status.st_size > 0 else { throw .unreadable("\(file.place.text) is empty") }
        guard FileStamp(status) == file.stamp else { throw .changed("\(file.place.text) changed after it was added; add it again") }
    }

    private static func fault(_ file: PictureFile, _ code: Int32) -> PictureFault {
        let reason = Errno(rawValue: code)
        return reason.isShortage
            ? .noResources("cannot open \(file.place.text): \(reason)") : .unreadable("cannot read \(file.place.text): \(reason)")
    }
}
