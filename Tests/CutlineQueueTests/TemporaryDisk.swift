import Foundation
import SystemPackage
import TestQueues
import TestSupport

/// A small file system of a test's own, so that a disk can be full for real.
final class TemporaryDisk: Sendable {
    let folder = TemporaryFolder()
    var path: FilePath { folder.path.appending("disk") }

    /// Nil where nothing may be mounted.
    init?(megabytes: Int) {
        #if os(Linux)
            mkdir(path.string, 0o700)
            guard mount("tmpfs", path.string, "tmpfs", 0, "size=\(megabytes)m") == 0 else { return nil }
        #else
            return nil
        #endif
    }

    deinit {
        #if os(Linux)
            umount2(path.string, Int32(MNT_DETACH))
        #endif
    }

    private var filler: String { path.appending("filler").string }

    func fill() {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 512)
        while write(descriptor, block, block.count) > 0 {}
    }

    func free() { unlink(filler) }
}
