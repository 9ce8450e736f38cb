import CutlineCore
import CutlineExport
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct DestinationTests {
    private struct Broken: Error {}

    @Test func theSameRecordsGiveTheSameBytes() throws {
        let folder = TemporaryFolder()
        let records = (1...600).map {
            Record.make(id: $0, extra: ["b": .integer($0), "a": .null], pictures: [.url("https://x.invalid/\($0)")])
        }
        for (name, format) in [("jsonl", ExportFormat.jsonl()), ("csv", .csv()), ("coco", .coco), ("openai", .openAIBatch)] {
            let paths = ["one", "two"].map { folder.path.appending("\($0).\(name)") }
            for path in paths { #expect(try export(format, to: .file(path), records).total == 600) }
            #expect(contents(paths[0]) == contents(paths[1]) && contents(paths[0]).count > 65_536)
        }
        #expect(names(in: folder.path).count == 8)
    }

    @Test func pagesAreJoined() throws {
        let folder = TemporaryFolder()
        let path = folder.path.appending("out.jsonl")
        var queue: [[Record]] = [[.make(id: 1), .make(id: 2)], [], [.make(id: 3)]]
        let report = try Exporter.export(
            ExportRequest(.jsonl(), to: .file(path)), RecordSource { { queue.isEmpty ? nil : queue.removeFirst() } })
        #expect(report.written == [3])
        #expect(contents(path) == Array(try exported(.jsonl(), .make(id: 1), .make(id: 2), .make(id: 3)).utf8))
    }

    @Test func anExistingFileIsKeptUnlessOverwriteIsGiven() throws {
        let folder = TemporaryFolder()
        let path = folder.write("out.jsonl", text: "mine")
        let failure = refusal { try export(.jsonl(), to: .file(path), []) }
        #expect(failure == .exists(path))
        #expect(failure?.description == "\(path.string) exists already; give --overwrite to replace it, or another name")
        #expect(contents(path) == Array("mine".utf8))
        try export(.jsonl(), to: .file(path), overwrite: true, [.make()])
        #expect(contents(path) == Array(try exported(.jsonl(), .make()).utf8))
        #expect(names(in: folder.path) == ["out.jsonl"])
    }

    @Test func whatAKilledExportLeftIsSweptByTheNextOneThere() throws {
        let folder = TemporaryFolder()
        folder.write(".cutline-export-0.part", text: "half a file")
        folder.write(".cutline-export-7.part/images/a.jpg", text: "half a folder")
        let alive = folder.write(".cutline-export-2.part", text: "another process writes it")
        let descriptor = open(alive.string, O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        try export(.jsonl(), to: .file(folder.path.appending("out.jsonl")), [.make()])
        #expect(names(in: folder.path) == [".cutline-export-2.part", "out.jsonl"])
    }

    @Test func aFileThatAppearsMeanwhileIsKept() throws {
        let folder = TemporaryFolder()
        let path = folder.path.appending("out.jsonl")
        let failure = refusal {
            try Exporter.export(
                ExportRequest(.jsonl(), to: .file(path)),
                RecordSource {
                    folder.write("out.jsonl", text: "other")
                    return { nil }
                })
        }
        #expect(failure == .exists(path))
        #expect(contents(path) == Array("other".utf8))
        #expect(names(in: folder.path) == ["out.jsonl"])
    }

    @Test(arguments: [true, false])
    func aFailureLeavesTheFolderAsItWas(overwrite: Bool) {
        let folder = TemporaryFolder()
        let path = overwrite ? folder.write("out.csv", text: "old") : folder.path.appending("out.csv")
        var isFirst = true
        #expect(throws: Broken.self) {
            try Exporter.export(
                ExportRequest(.csv(), to: .file(path), overwrite: overwrite),
                RecordSource {
                    {
                        guard isFirst else { throw Broken() }
                        isFirst = false
                        return (0..<1_000).map { .make(id: $0) }
                    }
                })
        }
        #expect(names(in: folder.path) == (overwrite ? ["out.csv"] : []))
        #expect(contents(path) == Array(overwrite ? "old".utf8 : "".utf8))
    }

    @Test func aFolderIsNoFile() {
        let folder = TemporaryFolder()
        #expect(refusal { try export(.csv(), to: .file(folder.path), overwrite: true, []) } == .isFolder(folder.path))
    }

    @Test func aMissingFolderIsSaid() {
        let path = TemporaryFolder().path.appending("gone/out.csv")
        let failure = refusal { try export(.csv(), to: .file(path), []) }
        #expect(failure == .cannotWrite(path, .noSuchFileOrDirectory))
        #expect(failure?.description == "\(path.string) cannot be written: No such file or directory")
    }

    @Test func aLinkStaysALinkAndRightsAreKept() throws {
        let folder = TemporaryFolder()
        let real = folder.write("real.jsonl", text: "old")
        chmod(real.string, 0o600)
        symlink("real.jsonl", folder.path.appending("out.jsonl").string)
        try export(.jsonl(), to: .file(folder.path.appending("out.jsonl")), overwrite: true, [.make()])
        var status = stat()
        lstat(real.string, &status)
        #expect(status.st_mode & 0o777 == 0o600 && status.st_size > 100)
        lstat(folder.path.appending("out.jsonl").string, &status)
        #expect(status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func aDeviceIsWrittenAndStaysADevice() throws {
        #expect(try export(.jsonl(), to: .file("/dev/null"), [.make()]).total == 1)
        var status = stat()
        stat("/dev/null", &status)
        #expect(status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func aFullDeviceIsSaid() {
        let full = FilePath("/dev/full")
        #expect(refusal { try export(.jsonl(), to: .file(full), [.make()]) } == .cannotWrite(full, .noSpace))
    }

    @Test func aSlowReaderGetsEverything() throws {
        let (reader, writer) = try FileDescriptor.pipe()
        // The writer must cope with a descriptor that does not wait.
        _ = fcntl(writer.rawValue, F_SETFL, O_NONBLOCK)
        let received = PipeReader(reader)
        let records = (1...2_000).map { Record.make(id: $0) }
        #expect(try export(.jsonl(), to: .descriptor(writer.rawValue), records).total == 2_000)
        try writer.close()
        let folder = TemporaryFolder()
        let path = folder.path.appending("out.jsonl")
        try export(.jsonl(), to: .file(path), records)
        #expect(received.bytes() == contents(path))
    }

    @Test func aClosedPipeIsToldApart() throws {
        signal(SIGPIPE, SIG_IGN)
        let (reader, writer) = try FileDescriptor.pipe()
        try reader.close()
        #expect(refusal { try export(.jsonl(), to: .descriptor(writer.rawValue), [.make()]) } == .closedPipe)
        #expect(fcntl(writer.rawValue, F_GETFD) >= 0)
        try writer.close()
    }
}
