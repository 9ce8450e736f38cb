import CutlineCore
import SystemPackage

/// The forms of archives whose members can be read where they stand.
enum ArchiveForm: Hashable, Sendable {
    case tar, zip

    /// What a file's first bytes and its name say; nil where it is none of the two.
    init?(firstBytes head: [UInt8], name: [UInt8]) {
        if [[3, 4], [5, 6], [7, 8]].contains(where: { head.starts(with: [0x50, 0x4B] + $0) }) {
            self = .zip
        } else if TarHeader(Array(head.prefix(TarHeader.length))) != nil {
            self = .tar
        } else if Self.ending(of: name) == "tar", !head.isEmpty, head.allSatisfy({ $0 == 0 }) {
            // Without a member there is nothing but its end.
            self = .tar
        } else {
            return nil
        }
    }

    init?(of path: FilePath) throws(Errno) {
        guard let form = Self(firstBytes: try Self.head(of: path), name: path.bytes) else { return nil }
        self = form
    }

    /// How the names of archives end.
    static func isName(_ name: [UInt8]) -> Bool {
        guard let ending = ending(of: name) else { return false }
        return endings.contains(ending)
    }

    /// In lower case, without the dot.
    private static func ending(of name: [UInt8]) -> String? {
        guard let dot = name.lastIndex(of: MemberName.dot), !name[dot...].contains(MemberName.slash) else { return nil }
        return String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
    }

    private static let endings: Set = ["tar", "zip"]

    private static func head(of path: FilePath) throws(Errno) -> [UInt8] {
        let descriptor = try FileDescriptor.openForReading(path)
        defer { descriptor.closeAfterReading() }
        guard try FileFacts(descriptor: descriptor).kind == .regular else { return [] }
        return try descriptor.bytes(TarHeader.length, at: 0)
    }
}

extension FileDescriptor {
    /// So many bytes from `offset` on, fewer where the file ends.
    func bytes(_ count: Int, at offset: Int64) throws(Errno) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        return Array(buffer[..<(try fill(buffer, at: offset))])
    }

    /// Reads from `offset` on until `buffer` is full or the file ends; the number of bytes read.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(Errno) -> Int {
        var count = 0
        while count < buffer.count {
            let piece: Int
            do {
                piece = try read(
                    fromAbsoluteOffset: offset + Int64(count), into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
            } catch {
                throw error as? Errno ?? .ioError
            }
            if piece == 0 { break }
            count += piece
        }
        return count
    }
}
