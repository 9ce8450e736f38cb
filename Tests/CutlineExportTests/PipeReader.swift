import Dispatch
import Synchronization
import SystemPackage

/// Reads a pipe to its end on a queue of its own.
final class PipeReader: Sendable {
    private let content = Mutex<[UInt8]>([])
    private let group = DispatchGroup()

    init(_ reader: FileDescriptor) {
        DispatchQueue(label: "reader").async(group: group) { @Sendable [self] in
            var piece = [UInt8](repeating: 0, count: 10_000)
            while let count = try? piece.withUnsafeMutableBytes({ try reader.read(into: $0) }), count > 0 {
                self.content.withLock { $0 += piece[..<count] }
            }
            try? reader.close()
        }
    }

    /// Waits for the end.
    func bytes() -> [UInt8] {
        group.wait()
        return content.withLock { $0 }
    }
}
