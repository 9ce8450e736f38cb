import CutlineCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Looks whether files that were pictures once are still there. Only what the file system denies is gone: what cannot be looked at is unclear.
package struct VanishedFile {
    /// The folder that was listed last, and whether it is empty: files that vanish together lie together.
    private var listed: (folder: FilePath, isEmpty: Bool)?

    package init() {}

    package mutating func look(at path: FilePath) -> FilePresence {
        do throws(Errno) {
            _ = try FileFacts(path: path)
            return .there
        } catch {
            guard error.isAbsence else { return .unclear }
            return remains(of: path)
        }
    }

    /// Goes up, and along links to nothing, to the first folder that is there.
    private mutating func remains(of path: FilePath) -> FilePresence {
        var (place, links) = (path, 0)
        while true {
            var status = stat()
            let isThere = place.withPlatformString { lstat($0, &status) } == 0
            if !isThere {
                guard Errno(rawValue: errno).isAbsence else { return .unclear }
                guard place.removeLastComponent() else { return .gone }
            } else if status.st_mode & S_IFMT == S_IFLNK, (try? FileFacts(path: place)) == nil {
                links += 1
                guard links <= 40, let target = Self.target(of: place) else { return .gone }
                place = place.removingLastComponent().pushing(target)
            } else {
                return isEmpty(place) ? .belowEmptyFolder(place) : .gone
            }
        }
    }

    /// Hidden names do not count: a file manager leaves them anywhere.
    private mutating func isEmpty(_ folder: FilePath) -> Bool {
        if let listed, listed.folder == folder { return listed.isEmpty }
        // A file where a folder was is not empty.
        let isEmpty = (try? FolderListing(folder))?.names.isEmpty ?? false
        listed = (folder, isEmpty)
        return isEmpty
    }

    private static func target(of link: FilePath) -> FilePath? {
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            let length = link.withPlatformString { path in
                buffer.withMemoryRebound(to: CChar.self) { readlink(path, $0.baseAddress!, $0.count) }
            }
            count = max(0, length)
        }
        return bytes.isEmpty ? nil : FilePath(bytes: bytes)
    }
}

extension Errno {
    fileprivate var isAbsence: Bool { self == .noSuchFileOrDirectory || self == .notDirectory || self == .tooManySymbolicLinkLevels }
}
