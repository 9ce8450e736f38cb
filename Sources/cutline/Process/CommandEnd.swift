import CutlineExport
import CutlineInput
import CutlineQueue

/// The exit codes of the command line; scripts depend on them (docs/output.md).
enum ExitStatus: Int32 {
    case success = 0
    /// It ran to the end, but some jobs failed or are held.
    case someFailed = 1
    /// It stopped early: a lane is paused.
    case stoppedEarly = 2
    case usage = 64
    case badInput = 65
    /// The queue or another file cannot be opened or written.
    case queue = 70
    case interrupted = 130
    case terminated = 143
}

/// A command's end that is not plain success: an exit code, and a sentence where there is something to say.
struct CommandEnd: Error, Hashable {
    var code: ExitStatus
    var sentence: String?

    init(code: ExitStatus, sentence: String?) { (self.code, self.sentence) = (code, sentence) }

    static func usage(_ sentence: String) -> CommandEnd { CommandEnd(code: .usage, sentence: sentence) }
    static func badInput(_ sentence: String) -> CommandEnd { CommandEnd(code: .badInput, sentence: sentence) }

    /// Runs `body`; the rooms' errors become ends with the right code.
    static func mapping<Result>(_ body: () async throws -> Result) async throws(CommandEnd) -> Result {
        do { return try await body() } catch { throw CommandEnd(error) }
    }

    init(_ error: any Error) {
        switch error {
        case let end as CommandEnd: self = end
        case let error as InputError: self = .badInput("\(error)")
        case let error as QueueError: self = CommandEnd(code: error.exitStatus, sentence: "\(error)")
        case let error as ExportError: self = CommandEnd(code: error.exitStatus, sentence: error.sentence)
        default: self = CommandEnd(code: .queue, sentence: "something unforeseen went wrong: \(error)")
        }
    }
}

extension QueueError {
    fileprivate var exitStatus: ExitStatus {
        switch self {
        case .batchDiffers, .keyTaken: .badInput
        case .noSuchBatch, .backupRefused: .usage
        case .unusable, .onServer, .networkFileSystem, .foreign, .newer, .newerFormat, .unknownValue, .damaged, .changedMigration,
            .noSuchQueue, .workerGone:
            .queue
        }
    }
}

extension ExportError {
    fileprivate var exitStatus: ExitStatus {
        switch self {
        // Another flag mends it.
        case .exists, .isFolder, .isFile, .folderExists, .folderTaken, .leadsOut, .otherFileSystem, .captionFilesExist, .needsFolder,
            .needsFile:
            .usage
        case .cannotWrite: .queue
        // `| head` has what it wanted.
        case .closedPipe: .success
        }
    }

    fileprivate var sentence: String? {
        switch self {
        case .closedPipe: nil
        case .cannotWrite(_?, _): "\(self); name another file with -o PATH"
        case .exists, .isFolder, .isFile, .folderExists, .folderTaken, .leadsOut, .otherFileSystem, .captionFilesExist, .needsFolder,
            .needsFile, .cannotWrite(nil, _):
            "\(self)"
        }
    }
}
