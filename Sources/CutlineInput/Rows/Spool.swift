import CutlineCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Copies of what can be read only once, or not as it is: files without a name, gone with the process.
enum Spool {
    private static let pieceSize = 256 * 1_024

    static func copy(_ input: FileDescriptor, named name: String, to folder: FilePath) throws(InputError) -> FileDescriptor {
        try written(to: folder, name) { file throws in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 16)
            defer { buffer.deallocate() }
            while case let count = try input.read(into: buffer), count > 0 {
                try file.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    /// The text of a file with the mark of UTF-16, in UTF-8; nil where it has none.
    static func utf8(of file: FileDescriptor, named name: String, in folder: FilePath) throws(InputError) -> FileDescriptor? {
        let mark = try head(of: file, name, 4)
        if [[0xFF, 0xFE, 0, 0], [0, 0, 0xFE, 0xFF]].contains(mark) { throw InputError("\(name) is UTF-32; save it as UTF-8") }
        guard var transcoder = UTF16Transcoder(mark: mark) else { return nil }
        var fault: InputError?
        let copy = try written(to: folder, name) { copy throws in
            var offset = Int64(2)
            while case let piece = try read(file, at: offset, pieceSize), !piece.isEmpty {
                offset += Int64(piece.count)
                guard transcoder.take(piece) else { break }
                _ = try transcoder.takeText().withUnsafeBytes { try copy.writeAll($0) }
            }
            if let place = transcoder.fault { fault = InputError("\(name) is UTF-16, but not to its end: \(place); save it as UTF-8") }
        }
        if let fault {
            copy.closeAfterReading()
            throw fault
        }
        return copy
    }

    static func head(of file: FileDescriptor, _ name: String, _ count: Int = RowShape.length) throws(InputError) -> [UInt8] {
        do { return try read(file, at: 0, count) } catch { throw InputError("\(name) cannot be read: \(error)") }
    }

    private static func read(_ file: FileDescriptor, at offset: Int64, _ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let piece = try file.read(fromAbsoluteOffset: offset + Int64(filled), into: rest)
                if piece == 0 { return }
                filled += piece
            }
        }
    }

    private static func written(
        to folder: FilePath, _ name: String, _ body: (FileDescriptor) throws -> Void
    ) throws(InputError) -> FileDescriptor {
        do {
            let file = try unnamedFile(in: folder)
            do { try body(file) } catch {
                file.closeAfterReading()
                throw error
            }
            return file
        } catch {
            throw InputError("\(name) cannot be kept in \(folder.text): \(error); make room there, or set TMPDIR to another folder")
        }
    }

    private static func unnamedFile(in folder: FilePath) throws(Errno) -> FileDescriptor {
        var template = folder.appending("cutline-stdin-XXXXXX").withPlatformString {
            Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
        let number = mkstemp(&template)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        unlink(template)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        return FileDescriptor(rawValue: number)
    }
}
