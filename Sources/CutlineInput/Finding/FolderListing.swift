import CutlineCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The names in one folder, in order of their bytes, so that the same folder always gives the same order.
struct FolderListing {
    /// Names that do not begin with a dot.
    var names: [[UInt8]] = []
    /// Names that begin with a dot, without `.` and `..`.
    var hidden: [[UInt8]] = []

    init(_ folder: FilePath) throws(Errno) {
        guard let stream = folder.withPlatformString({ opendir($0) }) else { throw Errno(rawValue: errno) }
        defer { closedir(stream) }
        errno = 0
        while let entry = readdir(stream) {
            let name = Self.name(of: entry)
            if name.first != UInt8(ascii: ".") {
                names.append(name)
            } else if name != [0x2E], name != [0x2E, 0x2E] {
                hidden.append(name)
            }
            errno = 0
        }
        guard errno == 0 else { throw Errno(rawValue: errno) }
        names.sort { $0.lexicographicallyPrecedes($1) }
        hidden.sort { $0.lexicographicallyPrecedes($1) }
    }

    /// Read in place: the record may be shorter than the imported type of `d_name`.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { preconditionFailure("dirent has a name") }
        let start = UnsafeRawPointer(entry) + offset
        return Array(UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self))))
    }
}

extension FilePath.Component {
    var bytes: [UInt8] { FilePath(root: nil, [self]).bytes }
}
