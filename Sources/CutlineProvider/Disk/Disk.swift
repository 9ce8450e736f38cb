import CutlineCore
import NIOCore
import SystemPackage

/// The disk that pictures lie on. It may hang, so nothing on it is touched on one of Swift's own threads, of which there are few, or on an
/// event loop.
struct Disk: Sendable {
    var threads = BlockingThreads.shared
    /// How long it may take to look at a call's pictures before anything is sent.
    var patience = Duration.seconds(30)
    /// Comes before every access to a picture. Tests have disks that hang.
    var touch: @Sendable (FilePath) -> Void = { _ in }

    var deadline: NIODeadline { .now() + .nanoseconds(patience.nanoseconds) }

    /// What a read that never ended costs its job; it says nothing of the provider.
    static func timeout(_ what: String, _ time: Duration) -> Failure {
        Failure(.timeout, "\(what) was not read within \(time.formattedSeconds); does its disk answer?", isLocal: true)
    }
}
