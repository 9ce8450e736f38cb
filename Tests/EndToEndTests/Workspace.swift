import CutlineCore
import Foundation
import SystemPackage
import TestQueues
import TestSupport

/// A user's folder with pictures and job files, and the `cutline` that runs in it.
struct Workspace {
    let folder = TemporaryFolder()
    /// Of a queue on the test server; nil: it is in a file of the folder.
    private let queue = TestServer.newName()

    var program: Program { Program(folder: folder.path, variables: queue.map { ["CUTLINE_QUEUE": $0] } ?? [:]) }

    /// The project's own example pictures.
    static let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "examples")

    /// Copies example pictures, by name, into a folder.
    func copyExamples(_ names: [String], to place: String) throws {
        for name in names {
            folder.write("\(place)/\(name)", try Data(contentsOf: Self.examples.appending(path: name)))
        }
    }

    /// A job file with `count` jobs that share one picture and differ in their prompts.
    func writeJobs(_ count: Int, at baseURL: String, name: String = "jobs.json", concurrency: Int = 16, more: String = "") throws {
        try copyExamples(["b.webp"], to: ".")
        let jobs = (1...count).map { #"{"key": "job \#($0)", "images": ["b.webp"], "prompt": "Picture \#($0)."}"# }
        folder.write(
            name,
            text: """
                {"batch": "many", "provider": {"name": "simulator", "base_url": "\(baseURL)"}, "model": "sim-1", "prompt": "Describe.",
                 "limits": {"concurrency": \(concurrency)}, \(more) "jobs": [\(jobs.joined(separator: ",\n"))]}
                """)
    }

    func status() throws -> JSONValue { try JSONValue(parsing: try program.run("status", "--json").output.utf8) }

    func count(_ state: JobState, batch: Int = 0) throws -> Int {
        try status()["batches"]?[batch]?["counts"]?[state.rawValue]?.int ?? -1
    }

    func attempts(_ kind: String) throws -> Int { try status()["batches"]?[0]?["attempts"]?[kind]?.int ?? -1 }

    /// The exported records.
    func records(_ arguments: String...) throws -> [JSONValue] {
        let output = try program.run(["export"] + arguments).output
        return try output.utf8.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: $0) }
    }
}
