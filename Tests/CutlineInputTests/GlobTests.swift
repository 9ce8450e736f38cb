import CutlineCore
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@testable import CutlineInput

struct GlobTests {
    @Test(arguments: [
        ("*.png", "a.png", true), ("*.png", ".png", false), (".*", ".png", true), ("*", "a", true), ("a*b*c", "aXbYc", true),
        ("a*b*c", "aXcYb", false), ("?.png", "é.png", true), ("?.png", "e\u{301}.png", false), ("??.png", "e\u{301}.png", true),
        ("[a-c]x", "bx", true), ("[a-c]x", "dx", false), ("[!a-c]x", "dx", true), ("[^a-c]x", "ax", false), ("[]]", "]", true),
        ("[a-]", "-", true), ("[à-ü]", "é", true), ("[ab", "[ab", true), ("[ab", "a", false), ("[c-a]", "b", true), ("", "", true),
        ("*****a", "bbba", true), ("a", "A", false),
    ])
    func patternMatches(pattern: String, name: String, expected: Bool) {
        #expect(GlobPattern(Array(pattern.utf8)).matches(Array(name.utf8)) == expected)
    }

    @Test func namesThatAreNotTextMatchByteByByte() {
        #expect(GlobPattern(Array("?.p".utf8)).matches([0xFF, 0x2E, 0x70]))
        #expect(!GlobPattern(Array("ÿ.p".utf8)).matches([0xFF, 0x2E, 0x70]))
    }

    @Test func manyStarsDoNotTakeForever() {
        let pattern = GlobPattern(Array(String(repeating: "*a", count: 40).utf8) + [0x62])
        #expect(!pattern.matches(Array(repeating: 0x61, count: 250)))
    }

    @Test(arguments: [
        ("in/*.png", ["a.png", "b.png"]), ("in/**/*.png", ["a.png", "b.png", "sub/c.png", "sub/deep/d.png"]),
        ("in/**", ["a.png", "b.png", "sub/c.png", "sub/deep/d.png"]), ("in/sub/*", ["c.png", "deep/d.png"]),
        ("in/*/c.png", ["sub/c.png"]), ("in/**/deep/*", ["sub/deep/d.png"]), ("*/a.png", ["in/a.png"]), ("in/[!a].png", ["b.png"]),
        ("in/**/**/d.png", ["sub/deep/d.png"]), ("in/{a,b}.png", []),
    ])
    func keysAreRelativeToTheFolderBeforeTheFirstWildcard(glob: String, keys: [String]) {
        let folder = TemporaryFolder.make(pictures: "in/a.png", "in/b.png", "in/sub/c.png", "in/sub/deep/d.png", "in/.h/e.png")
        folder.link("in/loop", to: ".")
        #expect((try? folder.plan(glob).keys) ?? [] == keys)
    }

    @Test func aGlobLeavesOutWhatItsFolderWould() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png", "in/sub/b.png")
        folder.write("in/empty.png", [])
        folder.write("in/notes.txt", text: "notes")
        folder.link("in/gone.png", to: "nowhere.png")
        folder.link("in/loop", to: ".")
        mkfifo(folder.path.appending("in/pipe").string, 0o600)
        let plan = try folder.plan("in/*")
        #expect(plan.keys == ["a.png", "sub/b.png"])
        let asFolder = try folder.plan("in")
        #expect(plan.skipped.description == asFolder.skipped.description)
        #expect(
            plan.skipped.description
                == "skipped 1 picture that cannot be taken, 1 file that is not a picture, 1 special file, 1 link to nothing and 1 link to a folder around it"
        )
        #expect(plan.told(.skipped) == ["in/empty.png: is empty; restore it", "in/gone.png: is a link to nothing; mend it"])
    }

    @Test func aGlobThatFindsNoPictureIsRefused() {
        let folder = TemporaryFolder.make(pictures: "a.png")
        folder.write("notes.txt", text: "notes")
        #expect(
            sentence { () throws(InputError) in try folder.plan("*.txt") }
                == "*.txt holds no picture (skipped 1 file that is not a picture); name a folder with pictures or remove it")
    }

    @Test func severalGlobsBringTheirFolders() throws {
        let folder = TemporaryFolder.make(pictures: "one/a.png", "x/two/a.png", "c.png")
        let plan = try folder.plan("one/*", "x/two/*.png", "*.png")
        #expect(plan.keys == ["one/a.png", "two/a.png", "c.png"])
        #expect(plan.asGiven == [["one/a.png"], ["x/two/a.png"], ["c.png"]])
    }

    @Test func whatExistsIsTakenLiterally() throws {
        let folder = TemporaryFolder.make(pictures: "a[1].png", "a1.png", "x [*]/b.png", "x y/c.png")
        #expect(try folder.plan("a[1].png").keys == ["a[1].png"])
        #expect(try folder.plan("x [*]/*.png").asGiven == [["x [*]/b.png"]])
        #expect(try folder.plan("a[12].png").keys == ["a1.png"])
    }

    @Test func anAbsoluteGlobIsRelativeToItsFolder() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png")
        let plan = try folder.plan("\(folder.path.string)/in/*.png")
        #expect(plan.keys == ["a.png"])
        #expect(plan.paths == [folder.path.appending("in").appending("a.png")])
    }
}
