import CutlineCore
import CutlineInput
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct FolderTests {
    @Test func keysAreRelativeToTheFolderAndInOrderOfBytes() throws {
        let folder = TemporaryFolder.make(pictures: "in/b.png", "in/a/z.png", "in/B.png", "in/a.png", "in/ä.png")
        let plan = try folder.plan("in")
        #expect(plan.keys == ["B.png", "a/z.png", "a.png", "b.png", "ä.png"])
        #expect(plan.asGiven[1] == ["in/a/z.png"])
        #expect(plan.paths[1] == folder.path.appending("in").appending("a").appending("z.png"))
        #expect(plan.batchName == "in")
        #expect(plan.skipped.description == nil)
    }

    @Test func theFolderStandsInFrontWhenSeveralAreNamed() throws {
        let folder = TemporaryFolder.make(pictures: "x/one/a.png", "two/a.png", "here.png")
        #expect(try folder.plan("x/one/", "two", "two/a.png", "here.png").keys == ["one/a.png", "two/a.png", "here.png"])
        #expect(try folder.plan(".", "two").keys == ["here.png", "two/a.png", "x/one/a.png"])
    }

    @Test func theCurrentFolderGivesItsNameToTheBatch() throws {
        let folder = TemporaryFolder.make(pictures: "a.png", "sub/b.png")
        let plan = try folder.plan(".")
        #expect(plan.batchName == folder.path.lastComponent?.string)
        #expect(plan.keys == ["a.png", "sub/b.png"])
        #expect(try folder.plan("sub/..").paths == plan.paths)
    }

    @Test func theFirstBytesDecideNotTheName() throws {
        let folder = TemporaryFolder.make(pictures: "in/picture.txt", "in/none")
        folder.write("in/words.png", text: "not a picture, though it says so")
        folder.write("in/empty.jpg", [])
        folder.write("in/cut.png", png().prefix(7))
        folder.write("in/notes.txt", text: "not a picture, and it does not say so")
        let plan = try folder.plan("in")
        #expect(plan.keys == ["none", "picture.txt"])
        #expect(plan.skipped.description == "skipped 3 pictures that cannot be taken and 1 file that is not a picture")
    }

    @Test func whatCannotBeSentIsCounted() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png", "in/.hidden.png", "in/.git/b.png")
        mkfifo(folder.path.appending("in/pipe.png").string, 0o600)
        folder.link("in/gone.png", to: "nowhere.png")
        folder.link("in/self.png", to: "self.png")
        folder.write("in/notes.txt", text: "notes")
        let plan = try folder.plan("in")
        #expect(plan.keys == ["a.png"])
        #expect(
            plan.skipped.description
                == "skipped 1 file that is not a picture, 1 special file, 2 links to nothing and 2 hidden names")
    }

    @Test func hiddenNamesAreReadWhenNamed() throws {
        let folder = TemporaryFolder.make(pictures: ".hidden/a.png", ".b.png")
        #expect(try folder.plan(".hidden").keys == ["a.png"])
        #expect(try folder.plan(".b.png").keys == [".b.png"])
        #expect(try folder.plan(".b*").keys == [".b.png"])
    }

    /// Hard links, links into one store, links to one folder: each name is one that a person sees.
    @Test func everyNameIsAnEntry() throws {
        let folder = TemporaryFolder.make(pictures: "in/sub/a.png", "out/c.png", "store/blob")
        folder.link("in/again", to: "sub")
        folder.link("in/away", to: "../out")
        folder.link("in/b1.png", to: "../store/blob")
        folder.link("in/b2.png", to: "../store/blob")
        link(folder.path.appending("in/sub/a.png").string, folder.path.appending("in/z.png").string)
        let plan = try folder.plan("in")
        #expect(plan.keys == ["again/a.png", "away/c.png", "b1.png", "b2.png", "sub/a.png", "z.png"])
        #expect(plan.skipped.description == nil)
    }

    @Test func aFolderInsideItselfIsCutAndCounted() throws {
        let folder = TemporaryFolder.make(pictures: "in/sub/a.png", "in/one/b.png", "in/two/c.png")
        folder.link("in/sub/up", to: "..")
        folder.link("in/sub/here", to: ".")
        // Two folders that lead into each other.
        folder.link("in/one/two", to: "../two")
        folder.link("in/two/one", to: "../one")
        let plan = try folder.plan("in")
        #expect(plan.keys == ["one/b.png", "one/two/c.png", "sub/a.png", "two/c.png", "two/one/b.png"])
        #expect(plan.skipped.description == "skipped 4 links to a folder around them")
    }

    @Test func namesNeedNotBeText() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png")
        let raw = folder.path.appending("in").pushing(FilePath(bytes: [0xFF, 0x2E, 0x70]))
        rename(folder.path.appending("in/a.png").string, folder.path.appending("in/b.png").string)
        folder.write("in/\\xff.p", png("other"))
        raw.withPlatformString { _ = symlink("b.png", $0) }
        let plan = try folder.plan("in")
        #expect(plan.keys == ["\\x5cxff.p", "b.png", "\\xff.p"])
        unlink(folder.path.appending("in/b.png").string)
        folder.write("b.png", png())
        raw.withPlatformString {
            unlink($0)
            _ = symlink("../b.png", $0)
        }
        #expect(try folder.plan("in").keys == ["\\x5cxff.p", "\\xff.p"])
        #expect(try folder.plan("in").paths.last == raw)
    }

    @Test func twoFormsOfOneLetterAreTwoPictures() throws {
        let folder = TemporaryFolder.make(pictures: "in/e\u{301}.png", "in/\u{E9}.png")
        let keys = try folder.plan("in").keys.map { Array($0.utf8) }
        #expect(keys == [Array("e\u{301}.png".utf8), Array("\u{E9}.png".utf8)])
    }

    @Test func aFolderWithoutPicturesIsAnError() {
        let folder = TemporaryFolder()
        folder.write("in/notes.txt", text: "notes")
        #expect(
            sentence { () throws(InputError) in try folder.plan("in") }
                == "in holds no picture (skipped 1 file that is not a picture); name a folder with pictures or remove it")
    }

    @Test func aDeepFolderIsWalkedToItsEnd() throws {
        let deep = Array(repeating: "d", count: 60).joined(separator: "/")
        let folder = TemporaryFolder.make(pictures: "\(deep)/a.png")
        #expect(try folder.plan("d").keys.map(\.utf8.count) == [deep.utf8.count - 2 + 6])
    }
}
