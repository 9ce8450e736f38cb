import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where workers of a queue keep what is no part of its database: their locks, reserved disk space, and what could not be written.
package struct StateFolder: Sendable {
    /// The folder of the workers' locks; it need not be there.
    package let workers: FilePath
    /// Where what has been paid for goes when the queue cannot be written.
    package let rescue: FilePath

    package init(workers: FilePath, rescue: FilePath) { (self.workers, self.rescue) = (workers, rescue) }

    var existingRescueFile: FilePath? { access(rescue.string, F_OK) == 0 ? rescue : nil }

    func lockPath(of token: String) -> FilePath { workers.appending("\(token).lock") }

    /// Makes the folder of the workers' locks.
    func makeWorkersFolder() throws(QueueError) {
        guard mkdir(workers.string, 0o700) == 0 || errno == EEXIST else {
            throw .unusable(workers, reason: String(cString: strerror(errno)))
        }
    }
}
