import CutlineQueue
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension StateFolder {
    /// Of the queue of this id, below `home`; made where it is missing.
    ///
    /// A free lock proves a worker's death only under the kernel that it ran on. So the locks lie in a folder of this boot: a folder that several
    /// hosts share shows nobody's locks to another one, and after a restart of the host the leases decide.
    static func ofServer(queue id: String, home: FilePath) throws(QueueError) -> StateFolder {
        let folder = home.appending(id)
        try make(folder)
        return StateFolder(workers: folder.appending("workers-\(bootID)"), rescue: folder.appending("rescue.jsonl"))
    }

    private static func make(_ folder: FilePath) throws(QueueError) {
        var path = FilePath(root: folder.root)
        for component in folder.components {
            path.append(component)
            guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
                // A folder on the way that is there but not ours is no obstacle.
                if access(path.string, X_OK) == 0 { continue }
                throw .unusable(path, reason: String(cString: strerror(errno)))
            }
        }
    }

    /// Of the kernel, new at each start.
    private static let bootID: String = {
        #if canImport(Glibc)
            guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else { return "\(getpid())" }
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 64)
            guard fgets(&line, CInt(line.count), file) != nil else { return "\(getpid())" }
            return String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init), as: UTF8.self)
        #else
            var (buffer, size) = ([CChar](repeating: 0, count: 64), 64)
            guard sysctlbyname("kern.bootsessionuuid", &buffer, &size, nil, 0) == 0 else { return "\(getpid())" }
            return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        #endif
    }()
}
