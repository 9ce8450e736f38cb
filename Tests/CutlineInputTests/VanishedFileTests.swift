import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineInput

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct VanishedFileTests {
    private let folder = TemporaryFolder.make(pictures: "photos/a.png", "photos/cats/b.png")
    private func look(_ name: String) -> FilePresence {
        var vanished = VanishedFile()
        return vanished.look(at: folder.path.pushing(FilePath(name)))
    }

    @Test func whatIsThereIsThere() { #expect(look("photos/a.png") == .there) }

    @Test(arguments: ["photos/z.png", "photos/dogs/z.png", "photos/a.png/z.png"])
    func whatHasNoNameIsGone(name: String) { #expect(look(name) == .gone) }

    @Test func anEmptyFolderMayBeADiskThatIsNotMounted() {
        unlink(folder.path.appending("photos/cats/b.png").string)
        let cats = folder.path.appending("photos/cats")
        #expect(look("photos/cats/b.png") == .belowEmptyFolder(cats))
        #expect(look("photos/cats/small/c.png") == .belowEmptyFolder(cats))
        folder.write("photos/cats/.DS_Store", [0])
        #expect(look("photos/cats/b.png") == .belowEmptyFolder(cats))
    }

    @Test func aFolderThatIsGoneTakesItsPicturesWithIt() {
        unlink(folder.path.appending("photos/cats/b.png").string)
        rmdir(folder.path.appending("photos/cats").string)
        #expect(look("photos/cats/b.png") == .gone)
    }

    @Test func linksAreFollowedToWhereTheirDiskWas() {
        mkdir(folder.path.appending("disk").string, 0o755)
        folder.link("photos/linked.png", to: "../disk/c.png")
        folder.link("photos/disk", to: "../disk/pictures")
        #expect(look("photos/linked.png") == .belowEmptyFolder(folder.path.pushing("photos/../disk")))
        #expect(look("photos/disk/d.png") == .belowEmptyFolder(folder.path.pushing("photos/../disk")))
        folder.write("disk/other.png", png())
        #expect(look("photos/linked.png") == .gone)
    }

    @Test func aLoopOfLinksIsGone() {
        folder.link("photos/loop.png", to: "loop.png")
        #expect(look("photos/loop.png") == .gone)
    }
}

/// What inputs are called in a queue.
@Suite struct InputNameTests {
    private let folder = TemporaryFolder.make(pictures: "photos/a.png", "photos/b.png", "c.png")

    private func names(_ inputs: String...) -> [String] {
        InputName.all(of: inputs, from: folder.path).map { name in
            let text = String(decoding: name, as: UTF8.self)
            return text.hasPrefix(folder.path.string) ? String(text.dropFirst(folder.path.string.count)) : text
        }
    }

    @Test(arguments: ["photos", "photos/", "./photos", "photos/../photos"])
    func oneFolderHasOneName(input: String) { #expect(names(input) == ["/photos"]) }

    @Test func globsAddressesAndStdinHaveNames() {
        #expect(names("photos/*.png", "-", "https://example.com/a.png") == ["/photos/*.png", "-", "https://example.com/a.png"])
    }

    /// As a shell writes a glob out.
    @Test func picturesOfOneFolderAreOneInput() {
        #expect(names("photos/a.png", "photos/b.png", "c.png") == ["/photos/", "/photos/", "/c.png"])
    }

    @Test func everyItemKnowsItsInput() throws {
        folder.write("list.jsonl", text: #"{"image": "c.png"}"#)
        let plan = try folder.plan("photos", "list.jsonl", "c.png")
        #expect(plan.items.map(\.input) == [0, 0, 1])
        let checked = try plan.plan.checked(for: BatchSettings(name: "b", profile: Profile(name: "simulator"), model: "m", prompt: "P"))
        #expect(checked.holds("photos/a.png") && checked.holds("c.png") && !checked.holds("photos/z.png"))
    }

    @Test func whatTheLimitLeavesOutWasMet() throws {
        let plan = try InputPlan.read(["photos"], from: folder.path, selection: InputSelection(exclude: ["b.*"], limit: 1))
        let checked = try plan.checked(for: BatchSettings(name: "b", profile: Profile(name: "simulator"), model: "m", prompt: "P"))
        #expect(checked.holds("a.png") && !checked.holds("b.png") && checked.excludes("b.png") && !checked.excludes("a.png"))
    }
}
