import CutlineCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of a test's own, removed when the last reference goes.
package final class TemporaryFolder: Sendable {
    package let path: FilePath

    /// - Parameter inMemory: where the system has a folder in memory, for tests that write much and have nothing to say about disks.
    package init(inMemory: Bool = false) {
        let parent = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/cutline-test-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "cannot make a temporary folder")
        path = FilePath(platformString: template)
    }

    deinit { Self.remove(path) }

    /// Writes a file, with the folders above it, and returns its path.
    @discardableResult
    package func write(_ name: String, _ bytes: some Sequence<UInt8>) -> FilePath {
        let file = path.appending(name)
        makeFolders(of: file)
        let descriptor = open(file.string, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o644)
        precondition(descriptor >= 0, "cannot write \(file)")
        defer { close(descriptor) }
        let bytes = Array(bytes)
        precondition(bytes.withUnsafeBytes { Self.write(descriptor, $0) } == bytes.count)
        return file
    }

    @discardableResult
    package func write(_ name: String, text: String) -> FilePath { write(name, text.utf8) }

    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    private func makeFolders(of file: FilePath) {
        var folder = path
        for component in file.removingLastComponent().components.dropFirst(path.components.count) {
            folder.append(component)
            mkdir(folder.string, 0o755)
        }
    }

    private static func remove(_ path: FilePath) {
        guard let stream = path.withPlatformString({ opendir($0) }) else { return }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                FilePath(platformString: UnsafeRawPointer($0).assumingMemoryBound(to: CInterop.PlatformChar.self))
            }
            guard name.string != ".", name.string != ".." else { continue }
            let child = path.appending(name.components)
            if child.withPlatformString({ unlink($0) }) != 0 { remove(child) }
        }
        closedir(stream)
        _ = path.withPlatformString { rmdir($0) }
    }
}
