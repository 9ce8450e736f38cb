import Foundation
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The built `cutline`, run as a user would run it.
struct Program {
    struct Result {
        let status: Int32
        let output: String
        let error: String
        /// nil where it exited by itself.
        let signal: Int32?
    }

    let folder: FilePath
    var variables: [String: String] = [:]

    /// Beside the test bundle; `swift build --build-tests` makes both.
    static let path: URL = {
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL ?? Bundle.main.bundleURL
        #else
            let bundle = URL(filePath: CommandLine.arguments[0])
        #endif
        return bundle.deletingLastPathComponent().appending(path: "cutline")
    }()

    /// Runs a command to its end; one that takes longer than `deadline` seconds is killed.
    func run(_ arguments: [String], deadline: Double = 60) throws -> Result {
        try start(arguments).end(deadline: deadline)
    }

    func run(_ arguments: String..., deadline: Double = 60) throws -> Result { try run(arguments, deadline: deadline) }

    /// - Parameter error: where its stderr goes; nil: to a file.
    func start(_ arguments: [String], error: FileHandle? = nil) throws -> RunningProgram {
        try RunningProgram(Self.path, arguments, folder: folder, variables: variables, error: error)
    }

    /// Starts a script of the project, which may be given the path of the built program.
    func start(script: String, _ arguments: [String]) throws -> RunningProgram {
        let root = Workspace.examples.deletingLastPathComponent()
        let names = ["PATH", "CUTLINE_TEST_SERVER"]
        let variables = ProcessInfo.processInfo.environment.filter { names.contains($0.key) }
        return try RunningProgram(root.appending(path: script), arguments, folder: folder, variables: variables)
    }
}

/// A program that was started and not waited for yet. What it writes goes to files, so that it never waits for a reader.
final class RunningProgram {
    private let process = Process()
    private let files: URL

    fileprivate init(
        _ program: URL, _ arguments: [String], folder: FilePath, variables: [String: String], error: FileHandle? = nil
    ) throws {
        files = URL(filePath: folder.string).appending(path: ".program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder.string)
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.string].merging(variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(files.appending(path: "output"))
        process.standardError = try error ?? Self.file(files.appending(path: "error"))
        try process.run()
    }

    var id: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    var output: String { Self.text(files.appending(path: "output")) }
    var error: String { Self.text(files.appending(path: "error")) }

    func send(_ signal: Int32) { kill(id, signal) }

    func end(deadline: Double = 60) throws -> Program.Result {
        let limit = Date(timeIntervalSinceNow: deadline)
        while process.isRunning, Date() < limit { usleep(2_000) }
        if process.isRunning { send(SIGKILL) }
        process.waitUntilExit()
        let wasSignalled = process.terminationReason == .uncaughtSignal
        return Program.Result(
            status: process.terminationStatus, output: output, error: error, signal: wasSignalled ? process.terminationStatus : nil)
    }

    /// Looks every two milliseconds until `condition` holds; false after `deadline` seconds or where the program ended before.
    func wait(deadline: Double = 30, until condition: () throws -> Bool) rethrows -> Bool {
        let limit = Date(timeIntervalSinceNow: deadline)
        while Date() < limit {
            if try condition() { return true }
            guard process.isRunning else { return try condition() }
            usleep(2_000)
        }
        return false
    }

    deinit { if process.isRunning { send(SIGKILL) } }

    private static func file(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    private static func text(_ url: URL) -> String { (try? String(contentsOf: url, encoding: .utf8)) ?? "" }
}
