import CutlineCore
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What became of the outcomes in the rescue file.
package struct Replayed: Hashable, Sendable {
    package var broughtIn = 0
    /// Of attempts that this queue does not have (was a backup restored?); the file is kept because of them.
    package var refused = 0
    /// Lines of the file that cannot be read, from 1; the file is kept because of them.
    package var unreadable: [Int] = []
    /// What the lanes did about it.
    package var actions: [LaneNotice] = []

    package init() {}
}
