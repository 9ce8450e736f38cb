import SystemPackage

/// Why the queue did not do what it was asked.
package enum QueueError: Error, Hashable, Sendable {
    case unusable(FilePath, reason: String)
    /// A queue on a server, as its address is shown.
    case onServer(String, reason: String)
    case networkFileSystem(FilePath, kind: String)
    /// The file is a database of something else.
    case foreign(FilePath)
    case newer(FilePath, version: Int, known: Int)
    /// A newer build works on it, whose JSON and words this one does not know.
    case newerFormat(FilePath, format: Int, known: Int)
    /// A stored value that this build does not understand.
    case unknownValue(of: String, reason: String)
    case damaged(FilePath, reason: String)
    /// A migration that was applied is not the one this build carries.
    case changedMigration(FilePath, file: String)
    /// As it is shown.
    case noSuchQueue(String)
    case noSuchBatch(String, known: [String])
    /// A batch keeps what it was made with.
    case batchDiffers(batch: String, what: String, stored: String, given: String)
    /// Another file under a default key that is taken.
    case keyTaken(key: String, batch: String, stored: FilePath, given: FilePath)
    case workerGone
    /// Something stands where the copy should go.
    case backupRefused(FilePath, reason: String)
}

extension QueueError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unusable(let path, let reason):
            "cannot use \(path.text): \(reason)" + (Self.advice(on: reason).map { "; \($0)" } ?? "")
        case .onServer(let place, let reason): "cannot use \(place): \(reason)"
        case .networkFileSystem(let path, let kind):
            "\(path.text) is on a network file system (\(kind)), where SQLite's locks are not safe; put the queue on a local disk with --queue PATH"
        case .foreign(let path):
            "\(path.text) is not a Cutline queue; name another file with --queue PATH"
        case .newer(let path, let version, let known):
            "\(path.text) was made by a newer Cutline (schema \(version), this one knows \(known)); update Cutline"
        case .newerFormat(let path, let format, let known):
            "\(path.text) is used by a newer Cutline (format \(format), this one knows \(known)); update this one, as `cutline --version` shows it"
        case .unknownValue(let what, let reason):
            "the queue holds a \(what) that this Cutline does not know (\(reason)); a newer one wrote it: update this one, as `cutline --version` shows it"
        case .damaged(let path, let reason):
            "\(path.text) is damaged: \(reason); restore a backup, or save what can be read with `sqlite3 \(path.text) .recover`"
        case .changedMigration(let path, let file):
            "\(path.text) was made with another version of migration \(file); use the Cutline that made it"
        case .noSuchQueue(let place):
            "there is no queue \(place); make one with `cutline run INPUT…`, or name it with --queue PATH"
        case .noSuchBatch(let name, let known):
            "there is no batch \"\(name)\" in this queue"
                + (known.isEmpty ? "; it is empty" : "; it has \(known.map { "\"\($0)\"" }.joined(separator: ", "))")
        case .batchDiffers(let batch, let what, let stored, let given):
            "batch \"\(batch)\" was made with \(what) \(stored), now \(given) is asked for; a batch never changes: start another one with --batch NEW"
        case .keyTaken(let key, let batch, let stored, let given):
            "the key \"\(key)\" of batch \"\(batch)\" belongs to \(stored.text), not to \(given.text); give --batch NEW, or run from the folder that holds both"
        case .backupRefused(let path, let reason): "\(path.text) \(reason)"
        case .workerGone:
            "this worker was declared dead by another one (was the machine suspended?); start it again"
        }
    }
}

extension QueueError {
    /// What to do, by the words of the system and of SQLite.
    private static func advice(on reason: String) -> String? {
        let advice = [
            ("read-only", "make it writable, or put the queue elsewhere with --queue PATH"),
            ("readonly", "make it writable, or put the queue elsewhere with --queue PATH"),
            ("permission", "change its permissions, or put the queue elsewhere with --queue PATH"),
            ("full", "make room on the disk, then run again"), ("no space", "make room on the disk, then run again"),
            ("locked", "another process holds it for long; run again when that one is done"),
            ("no such file", "make the folder, or put the queue elsewhere with --queue PATH"),
        ]
        let reason = reason.lowercased()
        return advice.first { reason.contains($0.0) }?.1
    }
}
