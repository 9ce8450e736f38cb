import CutlineCore
import CutlineSimulator
import SystemPackage
import TestSupport

@testable import cutline

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a command line came to.
struct CommandResult: Equatable {
    var code: Int32
    var output: String
    var error: String
}

/// A folder to run command lines in, at a fixed time.
struct CommandHarness {
    let folder = TemporaryFolder()
    var variables: [String: String] = [:]
    /// The terminal that stderr is; nil: a file.
    var columns: Int?
    /// A told rate needs a clock that goes on.
    var input: [UInt8] = []
    /// Whether questions may be asked; `input` holds the answers.
    var isInteractive = false
    var now: @Sendable () -> Timestamp = { Self.noon }

    static let noon = Timestamp(milliseconds: 1_795_176_000_000)

    init(pictures names: String...) {
        for name in names { folder.write(name, png(name)) }
    }

    /// Runs one command line in the folder, with no queue but `cutline.db` there.
    func cutline(_ arguments: String...) async -> CommandResult { await run(arguments) }

    /// `run` with all that it needs beside `arguments`.
    func caption(_ arguments: String...) async -> CommandResult { await run(["run"] + arguments + Self.asking) }

    func add(_ arguments: String...) async -> CommandResult { await run(["add"] + arguments + Self.asking) }

    static let asking = ["--provider", "simulator", "--model", "sim-1", "--prompt", "Describe."]

    func run(_ arguments: [String], output: Int32? = nil) async -> CommandResult {
        let streams = TemporaryFolder()
        let (out, err) = (streams.path.appending("out"), streams.path.appending("err"))
        let descriptors = [out, err].map { open($0.string, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600) }
        defer { for descriptor in descriptors { close(descriptor) } }
        let columns = columns
        streams.write("in", input)
        let input = open(streams.path.appending("in").string, O_RDONLY | O_CLOEXEC)
        defer { close(input) }
        let environment = Environment(
            hostClock: now, jitter: { 0.5 }, variables: variables, folder: folder.path, host: "desk", processID: 42,
            input: FileDescriptor(rawValue: input), isInteractive: isInteractive, patience: .seconds(300),
            output: StandardStream(descriptor: output ?? descriptors[0]),
            error: StandardStream(descriptor: descriptors[1], columns: { columns }))
        let code = await Cutline.run(arguments, in: environment)
        // Whether a line of progress comes in between depends on the machine.
        let lines = Self.text(of: err).split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains(" done · ") }
        return CommandResult(code: code, output: Self.text(of: out), error: lines.joined(separator: "\n"))
    }

    func write(_ name: String, _ text: String) { folder.write(name, text: text) }
    func path(_ name: String) -> String { folder.path.appending(name).string }
    func text(_ name: String) -> String { CommandHarness.text(of: folder.path.appending(name)) }
    func has(_ name: String) -> Bool { access(path(name), F_OK) == 0 }

    static func text(of path: FilePath) -> String { String(decoding: bytes(of: path), as: UTF8.self) }

    static func bytes(of path: FilePath) -> [UInt8] {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return [] }
        defer { close(descriptor.rawValue) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while let count = try? piece.withUnsafeMutableBytes({ try descriptor.read(into: $0) }), count > 0 {
            bytes.append(contentsOf: piece[..<count])
        }
        return bytes
    }
}

/// A PNG of 2 × 3 pixels, as far as headers tell, made different from others by `mark`.
func png(_ mark: String) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0, 2, 0, 0, 0, 3, 8, 2, 0, 0, 0]
        + [0, 0, 0, 0] + [0, 0, 0, 0] + Array("IEND".utf8) + [0, 0, 0, 0] + Array(mark.utf8)
}

/// The top level of the repository.
let repository = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

/// Runs `body` with a simulator that counts its calls.
func withSimulator<Result>(
    _ options: SimulatorOptions = SimulatorOptions(), _ body: (Simulator) async throws -> Result
) async throws -> Result {
    let simulator = try await Simulator.start(options)
    do {
        let result = try await body(simulator)
        await simulator.stop()
        return result
    } catch {
        await simulator.stop()
        throw error
    }
}

extension CommandHarness {
    /// Writes `jobs.json`, which asks the simulator about `images`.
    func writeJobFile(_ simulator: Simulator, images: [String] = ["photos"], key: String? = nil, more: String = "") {
        let variable = key.map { #", "api_key_env": "\#($0)""# } ?? ""
        let list = images.map { "\"\($0)\"" }.joined(separator: ", ")
        write(
            "jobs.json",
            """
            {"batch": "photos", "provider": {"name": "simulator", "base_url": "\(simulator.baseURL)"\(variable)},
             "model": "sim-1", "prompt": "Describe."\(more), "images": [\(list)]}
            """)
    }

    /// A value of `status --json`.
    func status() async throws -> JSONValue { try JSONValue(parsing: await cutline("status", "--json").output.utf8) }

    func counts() async throws -> [String: Int] {
        (try await status()["batches"]?[0]?["counts"]?.object ?? [:]).compactMapValues(\.int).filter { $0.value > 0 }
    }

    func records(_ arguments: String...) async throws -> [JSONValue] {
        try await run(["export"] + arguments).output.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
    }
}
