import CutlineCore
import CutlineInput
import Foundation
import SystemPackage
import TestSupport
import Testing

/// What programs write that people have.
struct RealArchiveTests {
    private static func run(_ arguments: [String], in folder: FilePath = "/") throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.string)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }

    private static let hasTar = (try? run(["tar", "--version"])) != nil
    private static let hasPython = (try? run(["python3", "-c", "import tarfile, zipfile"])) != nil
    private static let long = String(repeating: "a long folder/", count: 12) + "é.png"

    private func packed() -> TemporaryFolder {
        let folder = TemporaryFolder()
        for name in ["in/a.png", "in/\(Self.long)", "in/wörter/b.png"] { folder.write(name, png(name)) }
        folder.write("in/a.txt", text: "text of a")
        return folder
    }

    private func check(_ folder: TemporaryFolder, _ archive: String) throws {
        let plan = try folder.plan(archive)
        let names = ["a.png", Self.long, "wörter/b.png"]
        #expect(Set(plan.keys) == Set(names.map { "x/\($0)" }))
        for (item, file) in zip(plan.items, plan.files) {
            #expect(try PictureBytes.read(file.path, file.slice, first: 1_000) == png("in/" + item.key.dropFirst(2)))
        }
        #expect(plan.items.first { $0.key == "x/a.png" }?.extra == ["txt": .string("text of a")])
    }

    @Test(.enabled(if: hasTar), arguments: ["gnu", "pax", "posix", "oldgnu"]) func ofTar(form: String) throws {
        let folder = packed()
        try Self.run(["tar", "--format=\(form)", "-C", "in", "-cf", "x.tar", "."], in: folder.path)
        try check(folder, "x.tar")
    }

    @Test(.enabled(if: hasPython), arguments: ["USTAR", "GNU", "PAX"]) func ofPythonsTarfile(form: String) throws {
        let folder = packed()
        let script = "import tarfile; t = tarfile.open('x.tar', 'w', format=tarfile.\(form)_FORMAT); t.add('in', ''); t.close()"
        try Self.run(["python3", "-c", script], in: folder.path)
        try check(folder, "x.tar")
    }

    @Test(.enabled(if: hasPython)) func ofPythonsZipfile() throws {
        let folder = packed()
        let script = """
            import os, zipfile
            with zipfile.ZipFile('x.zip', 'w') as z:
                for place, _, names in os.walk('in'):
                    for name in names: z.write(os.path.join(place, name), os.path.relpath(os.path.join(place, name), 'in'))
            """
        try Self.run(["python3", "-c", script], in: folder.path)
        try check(folder, "x.zip")
    }
}
