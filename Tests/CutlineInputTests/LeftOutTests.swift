import CutlineCore
import CutlineInput
import SystemPackage
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Names, not numbers: what a person would miss is told with its reason.
@Suite struct LeftOutTests {
    static let lost: [(String, [UInt8], String)] = [
        ("a.jpg", [], "is empty; restore it"),
        ("a.png", Array("\n<!DOCTYPE html><html>404</html>".utf8), "is an HTML page; download again what should be here"),
        ("a.jpg", Array(#"{"error": "expired"}"#.utf8), "is JSON, perhaps a server's message, not a picture; fetch it again"),
        (
            "a.webp", Array("version https://git-lfs.github.com/spec/v1\noid sha256:1\n".utf8),
            "is a Git LFS pointer, not the file itself; fetch the files with git lfs pull"
        ),
        (
            "a.jpg", Array("/annex/objects/SHA256E-s1--a.jpg\n".utf8),
            "is a git-annex pointer, not the file itself; fetch it with git annex get"
        ),
        ("a.gif", [UInt8](repeating: 0, count: 600), "holds nothing but zeros where a picture begins; restore it"),
        ("a.jpeg", Array("lorem ipsum".utf8), "is not a picture, whatever its name says"),
        ("a.nef", [0x4D, 0x4D, 0, 42, 0, 0, 0, 8], "is a RAW photograph; convert it to JPEG and name that, or take it out of the input"),
        (
            "a", [0x49, 0x49, 42, 0, 16, 0, 0, 0, 0x43, 0x52, 2, 0],
            "is a RAW photograph; convert it to JPEG and name that, or take it out of the input"
        ),
        ("a.psd", Array("8BPS\0\u{1}".utf8), "is a Photoshop document; export it as PNG or JPEG and name that"),
        ("no ending", Array("8BPS\0\u{1}".utf8), "is a Photoshop document; export it as PNG or JPEG and name that"),
        ("a.svg", Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), "is an SVG drawing; export it as PNG and name that"),
        (
            "more.zip", [0x50, 0x4B, 3, 4],
            "is a ZIP archive; name it as an input of its own, and the pictures in it are read where they stand"
        ),
    ]

    @Test(arguments: lost)
    func aFileThatIsCalledAPictureIsNamedWithTheReason(name: String, bytes: [UInt8], reason: String) throws {
        let folder = TemporaryFolder.make(pictures: "in/whole.png")
        folder.write("in/\(name)", bytes)
        let plan = try folder.plan("in")
        #expect(plan.told(.skipped) == ["in/\(name): \(reason)"])
        #expect(plan.skipped.lookalikes == 1 && plan.keys == ["whole.png"])
    }

    @Test(arguments: ["notes.txt", "a.json", "model.bin", "film.mp4", "cutline.db", "latents.npz"])
    func otherFilesStayACount(name: String) throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png")
        folder.write("in/\(name)", text: "{}")
        let plan = try folder.plan("in")
        #expect(plan.told(.skipped) == [] && plan.skipped.notPictures == 1)
    }

    @Test func namesThatLeadNowhereAreToldWhereTheySayPicture() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png")
        mkfifo(folder.path.appending("in/pipe.jpg").string, 0o600)
        mkfifo(folder.path.appending("in/pipe").string, 0o600)
        folder.link("in/gone.JPG", to: "nowhere")
        folder.link("in/gone", to: "nowhere")
        #expect(
            try folder.plan("in").told(.skipped) == [
                "in/gone.JPG: is a link to nothing; mend it", "in/pipe.jpg: is a device, FIFO or socket",
            ])
    }

    @Test func tenAreKeptAndAllAreHeard() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png")
        for number in 10..<33 { folder.write("in/\(number).jpg", []) }
        let collector = NameCollector()
        let report = InputReport { collector.add($0.name) }
        let plan = try TestPlan(try InputPlan.read(["in"], from: folder.path, report: report))
        #expect(plan.skipped.lookalikes == 23)
        #expect(report.tally(.skipped).count == 23 && report.tally(.skipped).first.map(\.name) == (10..<20).map { "in/\($0).jpg" })
        #expect(collector.names.count == 23)
    }

    @Test func aListThatIsReadSeveralTimesTellsOnce() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png")
        folder.write("in/empty.jpg", [])
        folder.write("list", text: "in\n")
        let input = try FileDescriptor.open(folder.path.appending("list"), .readOnly)
        defer { try? input.close() }
        let plan = try TestPlan(try InputPlan.read(["-"], from: folder.path, standardInput: input))
        #expect(plan.plan.report.tally(.skipped).count == 1 && plan.skipped.lookalikes == 1)
    }

    private final class NameCollector: Sendable {
        private let state = Mutex<[String]>([])
        var names: [String] { state.withLock { $0 } }
        func add(_ name: String) { state.withLock { $0.append(name) } }
    }
}
