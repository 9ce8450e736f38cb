#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension FileStamp {
    /// Of what `stat` or `fstat` said of a file; Core calls neither.
    package init(_ status: stat) {
        #if canImport(Glibc)
            let modified = status.st_mtim
        #else
            let modified = status.st_mtimespec
        #endif
        self.init(
            size: Int64(status.st_size), modified: Int64(modified.tv_sec) * 1_000_000_000 + Int64(modified.tv_nsec),
            inode: UInt64(status.st_ino))
    }
}
