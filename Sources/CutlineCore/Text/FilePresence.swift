import SystemPackage

/// What became of a file that was once an entry's picture.
package enum FilePresence: Hashable, Sendable {
    case there
    case gone
    /// It is gone, but the last folder above it that is there is empty: a disk that is not mounted looks like this.
    case belowEmptyFolder(FilePath)
    /// It cannot be looked at.
    case unclear
}
