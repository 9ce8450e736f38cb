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

struct NamedInputTests {
    @Test func aFileAloneIsCalledByItsName() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png")
        let plan = try folder.plan("in/a.png")
        #expect(plan.keys == ["a.png"])
        #expect(plan.asGiven == [["in/a.png"]])
        #expect(plan.batchName == "a.png")
        #expect(plan.items[0].hasOwnKey == false)
    }

    @Test func filesAmongSeveralBringTheirFolder() throws {
        let folder = TemporaryFolder.make(pictures: "one/a.png", "two/a.png")
        #expect(try folder.plan("one/a.png", "two/a.png").keys == ["one/a.png", "two/a.png"])
    }

    @Test func aLocatedFileCarriesItsStampAndFormat() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        let plan = try folder.plan("a.png")
        guard case .file(let file) = plan.items[0].images[0].source else {
            Issue.record("not a file")
            return
        }
        #expect(file.format == .png)
        #expect(file.stamp.size == Int64(png("a.png").count))
        #expect(file.stamp.modified > 0 && file.stamp.inode > 0)
        #expect(file.digest == nil)
    }

    @Test(arguments: [
        ("missing.png", "there is no file or folder missing.png; check the path"),
        ("empty.png", "empty.png is empty; restore it or take it out of the input"),
        ("words.png", "words.png is not a picture, whatever its name says; take it out of the input"),
        ("pipe.png", "pipe.png is a device, FIFO or socket, not a picture; take it out of the input"),
        ("gone.png", "gone.png is a link to nothing; mend it or take it out of the input"),
        ("words.png/a.png", "there is no file or folder words.png/a.png; check the path"),
        ("ftp://host/a.png", "there is no file or folder ftp://host/a.png; of addresses only http:// and https:// can be read"),
        ("", "a path must not be empty or hold a NUL"),
        ("a\0.png", "a path must not be empty or hold a NUL"),
        ("none*.png", "nothing matches none*.png; check the path and the pattern"),
        ("w*.png", "w*.png holds no picture (skipped 1 picture that cannot be taken); name a folder with pictures or remove it"),
        ("list.csv", "nothing is left of the input; give it at least one picture"),
        ("https:///a.png", "the address https:///a.png names no host"),
        ("http://host/a b.png", "the address http://host/a b.png holds white space or control characters; write them as %20"),
    ])
    func whatIsNamedMustBeUsable(input: String, expected: String) {
        let folder = TemporaryFolder()
        folder.write("empty.png", [])
        folder.write("words.png", text: "words")
        folder.write("list.csv", text: "key,image\n")
        mkfifo(folder.path.appending("pipe.png").string, 0o600)
        folder.link("gone.png", to: "nowhere.png")
        #expect(sentence { () throws(InputError) in try folder.plan(input) } == expected)
    }

    @Test func nothingNamedIsAnError() {
        #expect(
            sentence { () throws(InputError) in try InputPlan.read([], from: "/") }
                == "there is no input; name a folder, a picture or a job file")
    }

    @Test(arguments: [
        ("https://pictures.invalid/harbour.jpg", "harbour.jpg"), ("HTTP://pictures.invalid", "pictures.invalid"),
        ("https://pictures.invalid/?id=a/b", "pictures.invalid"), ("https://pictures.invalid/a/b/?x#y/z", "b"),
    ])
    func anAddressIsItsOwnKey(address: String, batch: String) throws {
        let plan = try TemporaryFolder().plan(address)
        #expect(plan.keys == [address])
        #expect(plan.items[0].images == [InputImage(asGiven: address, source: .url(address))])
        #expect(plan.batchName == batch)
    }

    @Test func aRepeatedInputIsOneEntry() throws {
        let folder = TemporaryFolder.make(pictures: "in/a.png", "in/b.png")
        let plan = try folder.plan("in", "in/", "./in", "in/*", "in/a.png", "https://h.invalid/a", "https://h.invalid/a")
        #expect(plan.keys == ["in/a.png", "in/b.png", "https://h.invalid/a"])
    }

    @Test func oneKeyForEqualBytesIsOneEntry() throws {
        let folder = TemporaryFolder()
        folder.write("x/in/a.png", png("same"))
        folder.write("y/in/a.png", png("same"))
        #expect(try folder.plan("x/in", "y/in").asGiven == [["x/in/a.png"]])
    }

    @Test func oneKeyForDifferentPicturesIsRefused() {
        let folder = TemporaryFolder()
        folder.write("x/in/a.png", png("one"))
        folder.write("y/in/a.png", png("two"))
        #expect(
            sentence { () throws(InputError) in try folder.plan("x/in", "y/in") }
                == "the key in/a.png stands for different pictures, x/in/a.png and y/in/a.png; give them keys of their own in a job file or manifest"
        )
    }
}
