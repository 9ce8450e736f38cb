import SystemPackage

/// A file that is read here and there, a page at a time: what stands next to what was read is mostly asked for next.
final class PositionedBytes {
    /// Fills the buffer from the offset on and returns how many bytes it read, 0 at the end.
    typealias Read = (UnsafeMutableRawBufferPointer, Int64) throws(Errno) -> Int

    let size: Int64
    private let read: Read
    private let page = UnsafeMutableRawBufferPointer.allocate(byteCount: 4_096, alignment: 16)
    private var start: Int64 = 0
    private var count = 0

    init(size: Int64, read: @escaping Read) {
        self.size = size
        self.read = read
    }

    deinit { page.deallocate() }

    /// `wanted` bytes from `offset` on; fewer where the file ends, none outside it.
    func bytes(_ wanted: Int, at offset: Int64) throws(Errno) -> [UInt8] {
        guard offset >= 0, offset < size else { return [] }
        let wanted = Int(min(Int64(wanted), size - offset))
        guard wanted <= page.count else { return try read(wanted, at: offset) }
        if offset < start || offset + Int64(wanted) > start + Int64(count) {
            (start, count) = (offset, 0)
            count = try fill(page, at: offset)
        }
        let first = Int(offset - start)
        return Array(page[first..<max(first, min(first + wanted, count))])
    }

    private func read(_ wanted: Int, at offset: Int64) throws(Errno) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: wanted, alignment: 16)
        defer { buffer.deallocate() }
        return Array(buffer[..<(try fill(buffer, at: offset))])
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(Errno) -> Int {
        var count = 0
        while count < buffer.count {
            let piece = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[count...]), offset + Int64(count))
            if piece == 0 { break }
            count += piece
        }
        return count
    }
}
