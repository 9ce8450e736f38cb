import CutlineCore
import NIOCore
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder of this process for what it fetches, for as long as something lies in it.
final class TemporaryPlaces: Sendable {
    private struct Weak { weak var place: TemporaryPlace? }

    private let last = Mutex(Weak())

    func place(in folder: FilePath) throws(Errno) -> TemporaryPlace {
        if let place = last.withLock({ $0.place }) { return place }
        let made = try TemporaryPlace(in: folder)
        // Two at once harm nobody: each ends with what lies in it.
        last.withLock { $0.place = made }
        return made
    }
}

/// A picture in a file of its own, which goes with it. Whatever is done to it may block.
final class TemporaryPicture: Sendable {
    private let place: TemporaryPlace
    private let path: FilePath
    private let descriptor: Mutex<Int32?>
    private let threads: BlockingThreads

    init(in places: TemporaryPlaces, _ folder: FilePath, _ threads: BlockingThreads) throws {
        self.threads = threads
        do { place = try places.place(in: folder) } catch { throw Self.failure(folder, error.rawValue) }
        path = place.newName()
        let number = path.withPlatformString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        guard number >= 0 else { throw Self.failure(folder, errno) }
        descriptor = Mutex(number)
    }

    // The place goes after its last file.
    deinit {
        if let number = descriptor.withLock({ $0 }) { close(number) }
        threads.post { [path, place] in withExtendedLifetime(place) { _ = path.withPlatformString { unlink($0) } } }
    }

    func write(_ piece: ByteBuffer) throws {
        guard let number = descriptor.withLock({ $0 }) else { return }
        do { _ = try piece.withUnsafeReadableBytes { try FileDescriptor(rawValue: number).writeAll($0) } } catch let error as Errno {
            throw Self.failure(place.path, error.rawValue)
        }
    }

    func finish(as format: PictureFormat, damage: PictureDamage?) throws -> FetchedPicture {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else { throw Self.failure(path, errno) }
        // Whoever reads it next looks at its size.
        let number = descriptor.withLock { number in
            defer { number = nil }
            return number
        }
        if let number { close(number) }
        return FetchedPicture(
            file: PictureFile(path: path, stamp: FileStamp(status), format: format, digest: nil, damage: damage), kept: self)
    }

    private static func failure(_ folder: FilePath, _ code: Int32) -> Failure {
        Failure(
            .imageUnreachable,
            "a picture cannot be kept in \(folder.text): \(Errno(rawValue: code)); make room there, or set TMPDIR to another folder")
    }
}
