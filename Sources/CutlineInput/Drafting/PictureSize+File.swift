import CutlineCore
import SystemPackage

extension PictureSize {
    /// Reads the size from the beginning of a picture. Nil where it cannot be read, or stands behind more metadata than is looked through.
    package init?(headerOf file: FilePath, _ slice: FileSlice? = nil) {
        guard let size = Self.headerLengths.lazy.compactMap({ Self.read($0, of: file, slice) }).first else { return nil }
        self = size
    }

    /// Enough for nearly every picture; and for photographs with previews and colour profiles in front.
    private static let headerLengths = [4 * 1_024, 512 * 1_024]

    private static func read(_ length: Int, of file: FilePath, _ slice: FileSlice?) -> PictureSize? {
        do throws(Errno) {
            let descriptor = try FileDescriptor.openForReading(file)
            defer { descriptor.closeAfterReading() }
            guard try FileFacts(descriptor: descriptor).kind == .regular else { return nil }
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(length, Int(slice?.length ?? .max)), alignment: 16)
            defer { buffer.deallocate() }
            let start = slice?.offset ?? 0
            let count = try descriptor.fill(buffer, at: start)
            let header = Array(buffer[..<count])
            if let size = PictureSize(header: header) { return size }
            guard let place = tiffDirectory(header: header), place < slice?.length ?? .max else { return nil }
            return PictureSize(tiff: header, directory: Array(buffer[..<(try descriptor.fill(buffer, at: start + place))]))
        } catch {
            // The size only serves an estimate; what cannot be read is said when it is to be sent.
            return nil
        }
    }
}
