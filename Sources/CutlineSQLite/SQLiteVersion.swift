/// The version of the SQLite library that runs.
package struct SQLiteVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let patch: Int

    /// Nil where `text` is not of the form 3.40.1.
    package init?(_ text: String) {
        let parts = text.split(separator: ".").prefix(3).map { Int($0) }
        guard parts.count == 3, let major = parts[0], let minor = parts[1], let patch = parts[2] else { return nil }
        (self.major, self.minor, self.patch) = (major, minor, patch)
    }

    init(_ major: Int, _ minor: Int, _ patch: Int) { (self.major, self.minor, self.patch) = (major, minor, patch) }

    package var description: String { "\(major).\(minor).\(patch)" }

    package static func < (a: SQLiteVersion, b: SQLiteVersion) -> Bool {
        (a.major, a.minor, a.patch) < (b.major, b.minor, b.patch)
    }

    /// Whether a commit that races another connection's checkpoint can corrupt a WAL (the "WAL-reset" bug: 3.7.0 to 3.51.2, mended
    /// in 3.51.3, 3.50.7 and 3.44.6; sqlite.org/wal.html). Then our processes take turns through a kernel lock.
    package var hasWALResetBug: Bool {
        guard major == 3 else { return false }
        if minor == 44 { return patch < 6 }
        if minor == 50 { return patch < 7 }
        return self >= SQLiteVersion(3, 7, 0) && self < SQLiteVersion(3, 51, 3)
    }
}
