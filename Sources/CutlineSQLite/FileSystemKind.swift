import Foundation
import SystemPackage

/// The kind of file system that a file lies on, in the system's own word (`ext4`, `nfs4`, `fuse.sshfs`).
struct FileSystemKind: Hashable {
    let name: String

    init(name: String) { self.name = name }

    /// Nil where the system does not tell.
    init?(of info: stat, at folder: FilePath) {
        #if os(Linux)
            // proc_pid_mountinfo(5): the third field is the device, the first after the lone dash the kind.
            guard let table = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8) else { return nil }
            // gnu_dev_major(3): both numbers are folded into 64 bits.
            let (device, low) = (UInt64(info.st_dev), UInt64(info.st_dev & 0xFF))
            let (major, minor) = ((device >> 8) & 0xFFF | (device >> 32) & ~0xFFF, low | (device >> 12) & 0xFFFF_FF00)
            self.init(device: "\(major):\(minor)", mountTable: table)
        #else
            var system = statfs()
            guard statfs(folder.string, &system) == 0 else { return nil }
            name = withUnsafeBytes(of: system.f_fstypename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        #endif
    }

    init?(device: String, mountTable: String) {
        for line in mountTable.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 3, fields[2] == device, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
            name = String(fields[dash + 1])
            return
        }
        return nil
    }

    /// Whether SQLite's locks and shared memory cannot be trusted on it.
    var isNetwork: Bool {
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "9p", "virtiofs", "ceph", "glusterfs", "lustre"].contains(name)
            || name.hasPrefix("fuse.") || name == "fuse"
    }
}
