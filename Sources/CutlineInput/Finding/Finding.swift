import CutlineCore
import SystemPackage

/// What a path turned out to be.
enum Finding {
    case picture(PictureFile)
    case folder
    case notAPicture(ForeignFile)
    /// FIFO, device or socket.
    case special

    /// Looks at the file's first bytes; its extension matters only where cameras give their own files the form of another. Nothing but regular
    /// files is opened.
    static func look(at path: FilePath) throws(Errno) -> (Finding, FileIdentity) {
        let facts = try FileFacts(path: path)
        switch facts.kind {
        case .folder: return (.folder, facts.identity)
        case .special: return (.special, facts.identity)
        case .regular: break
        }
        let descriptor = try FileDescriptor.openForReading(path)
        defer { descriptor.closeAfterReading() }
        // Between the two calls the path may have come to lead elsewhere.
        let opened = try FileFacts(descriptor: descriptor)
        guard opened.kind == .regular else { return (.special, opened.identity) }
        let head = try firstBytes(of: descriptor)
        guard let format = PictureFormat(firstBytes: head), !KnownFile.isRaw(named: path.lastComponent?.bytes ?? [], firstBytes: head)
        else {
            return (.notAPicture(ForeignFile(firstBytes: head, name: path)), opened.identity)
        }
        return (.picture(PictureFile(path: path, stamp: opened.stamp, format: format, digest: nil)), opened.identity)
    }

    private static func firstBytes(of descriptor: FileDescriptor) throws(Errno) -> [UInt8] {
        var failure: Errno?
        let head = [UInt8](unsafeUninitializedCapacity: KnownFile.sniffLength) { buffer, count in
            do throws(Errno) {
                count = try descriptor.fill(UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return head
    }
}
