import CutlineCore
import CutlinePostgres
import CutlineQueue
import CutlineSQLite
import SystemPackage

/// Where a queue is, as `--queue` names it.
enum QueuePlace: Hashable, Sendable {
    case file(FilePath)
    /// - Parameter state: the folder below which this host keeps what is no part of the queue: its workers' locks, answers that could not be
    ///   written.
    case server(ServerAddress, state: FilePath)

    /// For people and JSON, without anything secret.
    var shown: String {
        switch self {
        case .file(let path): path.text
        case .server(let address, _): address.shown
        }
    }

    /// The folder that a queue file lies in.
    var folder: FilePath? {
        switch self {
        case .file(let path): path.removingLastComponent()
        case .server: nil
        }
    }

    /// Opens the queue, makes it where it is missing, and migrates it.
    ///
    /// - Parameter say: tells a person why it takes so long.
    func open(now: Timestamp, say: @escaping @Sendable (String) -> Void) throws -> Queue {
        switch self {
        case .file(let path):
            let patience = QueuePatience {
                say("waiting for another process that holds \(path.text) (a stopped one? `ps` shows state T), 30 s at most\n")
            }
            return try Queue(at: path, now: now, patience: patience)
        case .server(let address, let state):
            let patience = QueuePatience(limit: .seconds(120)) {
                say("the server of \(address.shown) is away; trying again for 2 minutes\n")
            }
            return try Queue(at: address, stateHome: state, now: now, patience: patience)
        }
    }
}

extension QueueReader {
    /// Opens an existing queue for reading only.
    init(at place: QueuePlace) throws {
        switch place {
        case .file(let path): try self.init(at: path)
        case .server(let address, let state): try self.init(at: address, stateHome: state)
        }
    }
}
