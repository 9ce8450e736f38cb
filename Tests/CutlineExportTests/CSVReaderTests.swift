import CutlineCore
import CutlineExport
import SystemPackage
import TestSupport
import Testing

import Foundation

/// What Python's csv module makes of our rows.
struct CSVReaderTests {
    private static let python = "/usr/bin/env"
    private static let script = """
        import csv, json, sys
        with open(sys.argv[1], newline="", encoding="utf-8") as file:
            print(json.dumps(list(csv.DictReader(file, strict=True))))
        """

    private static let hasPython = (try? run(["python3", "-c", "import sys; assert sys.version_info >= (3, 11)"])) != nil

    private static func run(_ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return Array(bytes)
    }

    @Test(.enabled(if: hasPython))
    func pythonReadsEveryTextBack() throws {
        let captions = [
            "a\u{0}\u{1B}[0m", "a\r\nb", "a\rb", "\"", ",\u{301}", "\"\u{301},", " a ", "NA", "007", "\u{2028}", "é e\u{301} 🐈‍⬛",
            String(repeating: "long, \"text\"\r\n", count: 2_000),
        ]
        let folder = TemporaryFolder()
        let path = folder.path.appending("out.csv")
        let records = captions.enumerated().map { Record.make(id: Int64($0), images: ["a,\"b\".png", "c.png"], caption: $1) }
        try export(.csv(), to: .file(path), records)
        let rows = try JSONValue(parsing: try Self.run(["python3", "-c", Self.script, path.string])).array ?? []
        #expect(rows.map { $0["caption"]?.string.map { Array($0.utf8) } } == captions.map { Array($0.utf8) })
        #expect(rows.allSatisfy { $0["images"] == .string(#"["a,\"b\".png","c.png"]"#) && $0.object?.count == 29 })
    }
}
