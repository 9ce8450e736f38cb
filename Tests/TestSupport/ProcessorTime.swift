#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Seconds that this thread has had of the processor, whatever else the machine does.
package func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
