#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Room for sockets and files.
package enum Descriptors {
    /// Raises the soft limit to the hard one and returns how many calls fit below it: each has a socket and an open picture.
    package static func callLimit() -> Int {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return 100 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            // macOS refuses more than OPEN_MAX; then the old limit stays.
            raised.rlim_cur = min(limit.rlim_max, 65_536)
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return max(4, (Int(min(limit.rlim_cur, 65_536)) - 64) / 2)
    }
}
