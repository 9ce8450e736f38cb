import CutlineCore
import Foundation
import SystemPackage
import TestSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `cutline simulate` as a process of its own, which outlives what the tests kill, and its log of real calls.
final class ProviderProcess {
    let baseURL: String
    private let process: RunningProgram
    private let log: FilePath

    /// - Parameter options: flags of `cutline simulate`.
    init(in folder: TemporaryFolder, _ options: String...) throws {
        log = folder.path.appending("calls-\(UUID().uuidString).jsonl")
        process = try Program(folder: folder.path).start(["simulate", "--log", log.string] + options)
        let process = process
        guard process.wait(until: { process.output.hasSuffix("\n") }) else {
            throw ProgramFailure(sentence: "the simulator did not start: \(process.error)")
        }
        baseURL = process.output.trimmingCharacters(in: .newlines)
    }

    deinit { process.send(SIGTERM) }

    /// Every call that was read whole, in order.
    func calls() throws -> [JSONValue] { try events("received") }

    /// How many calls were answered, however.
    func answers() throws -> Int { try events("answered").count }

    /// Calls by prompt and pictures: what was asked how often.
    func callCounts() throws -> [JSONValue: Int] {
        try calls().reduce(into: [:]) { counts, call in
            counts[.array([call["prompt"] ?? .null, call["pictures"] ?? .null]), default: 0] += 1
        }
    }

    private func events(_ kind: String) throws -> [JSONValue] {
        guard let data = FileManager.default.contents(atPath: log.string) else { return [] }
        // The last line may be in the making.
        return data.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: $0) }.filter { $0["event"]?.string == kind }
    }
}

struct ProgramFailure: Error, CustomStringConvertible {
    let sentence: String
    var description: String { sentence }
}
