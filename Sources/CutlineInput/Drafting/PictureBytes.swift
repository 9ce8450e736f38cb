import CutlineCore
import SystemPackage

/// Pictures as bytes, for showing them.
package enum PictureBytes {
    /// The first `count` bytes of a picture, or all where it is shorter. Never waits for a FIFO.
    package static func read(_ path: FilePath, _ slice: FileSlice? = nil, first count: Int) throws(Errno) -> [UInt8] {
        let descriptor = try FileDescriptor.openForReading(path)
        defer { descriptor.closeAfterReading() }
        let facts = try FileFacts(descriptor: descriptor)
        guard facts.kind == .regular else { throw facts.kind == .folder ? .isDirectory : .invalidArgument }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(count, max(1, Int(slice?.length ?? facts.stamp.size))), alignment: 16)
        defer { buffer.deallocate() }
        return Array(buffer[..<(try descriptor.fill(buffer, at: slice?.offset ?? 0))])
    }
}
