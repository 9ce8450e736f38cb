import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineInput

struct DrafterTests {
    private func settings(identity: IdentityMode = .bytes, prompt: String = "Describe this image.") -> BatchSettings {
        BatchSettings(
            name: "b", profile: Profile(name: "simulator"), model: "sim-1", system: "Be brief.", prompt: prompt,
            parameters: Parameters(maxTokens: 300, temperature: 0.2, detail: .low, others: ["seed": .integer(7)]), identity: identity)
    }

    private func item(_ sources: ImageSource..., prompt: String? = nil) -> InputItem {
        let images = sources.map { InputImage(asGiven: "given", source: $0) }
        return InputItem(key: "k", hasOwnKey: true, image: images[0], others: Array(images.dropFirst()), prompt: prompt)
    }

    private func file(_ path: FilePath, digest: [UInt8]? = nil) -> ImageSource {
        .file(PictureFile(path: path, stamp: FileStamp(size: 29, modified: 5, inode: 6), format: .png, digest: digest))
    }

    private func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// Computed apart from this code; if one of these changes, every user pays for every picture again.
    @Test func fingerprintsStayWhatTheyAre() throws {
        func fingerprint(_ item: InputItem, _ settings: BatchSettings) throws -> String {
            hex(
                try Drafter.draft(item, settings: settings, knownDigest: { _ in PictureContent(digest: Array(0..<32)) }).fingerprint
                    .bytes)
        }
        #expect(
            try fingerprint(item(.url("https://pictures.invalid/harbour.jpg")), settings())
                == "95f1bb64d346ea5cde74cb149a5e7d3d0db18f9a25e7649413092a25fdddf4d6")
        #expect(try fingerprint(item(file("/x/a.png")), settings()) == "c3723df8f764c004dd15922390b24d944f3d51207aa323a11a71325dcf61cf32")
        #expect(
            try fingerprint(item(file("/a/\u{E9}.png")), settings(identity: .path))
                == "a471fcfb54f456cb80e0dab7ab267e0cea957239262b81e190285fe58b690304")
        #expect(
            try fingerprint(item(file("/x/a.png"), .url("u")), settings())
                == "2d82db75a2ac7184c74f06065361d5c8e9e3351d69cda3ec54bfb1593b41f866")
        let bare = BatchSettings(name: "other", profile: Profile(name: "simulator"), model: "sim-1", prompt: "Überschrift?\n")
        #expect(try fingerprint(item(.url("u")), bare) == "1bb89aa5a6fa6c6af0f5454dd13a4e29ace4209ec5ebb022d867cdd2c5633e72")
    }

    @Test func bytesAreHashedAndTheStampIsFresh() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        let plan = try folder.plan("a.png")
        let draft = try Drafter.draft(plan.items[0], settings: settings(), knownDigest: { _ in nil })
        guard case .file(let drafted) = draft.images[0], case .file(let located) = plan.items[0].images[0].source else {
            Issue.record("not a file")
            return
        }
        #expect(drafted.digest == (try Drafter.hash(file: folder.path.appending("a.png"))))
        #expect(drafted.stamp == located.stamp)
        #expect(draft.imagesAsGiven == ["a.png"])
    }

    @Test func aKnownDigestSparesTheReading() throws {
        let digest = [UInt8](repeating: 9, count: 32)
        let known = PictureContent(digest: digest, damage: .cutOff, orientation: PictureOrientation(rawValue: 6))
        let draft = try Drafter.draft(item(file("/nowhere/a.png")), settings: settings()) { asked in
            #expect(asked.path == "/nowhere/a.png" && asked.stamp.inode == 6)
            return known
        }
        guard case .file(let drafted) = draft.images[0] else {
            Issue.record("not a file")
            return
        }
        #expect(drafted.digest == digest && drafted.damage == .cutOff && drafted.orientation?.rawValue == 6)
    }

    @Test func whatIsWrongWithAPictureIsSeenWhileItIsHashed() throws {
        let folder = TemporaryFolder.make(pictures: "whole.png")
        folder.write("cut.png", png().dropLast(3))
        let damages = try folder.plan(".").items.map { item in
            try Drafter.draft(item, settings: settings(), knownDigest: { _ in nil }).images[0].damage
        }
        #expect(damages == [.cutOff, nil])
    }

    @Test func identityByPathReadsNothing() throws {
        let draft = try Drafter.draft(item(file("/nowhere/a.png")), settings: settings(identity: .path)) { _ in
            Issue.record("asked for a digest")
            return nil
        }
        #expect(draft.images == [file("/nowhere/a.png")])
    }

    @Test func theJobsOwnPromptCounts() throws {
        let own = try Drafter.draft(item(.url("u"), prompt: "Own."), settings: settings(), knownDigest: { _ in nil })
        let batch = try Drafter.draft(item(.url("u")), settings: settings(prompt: "Own."), knownDigest: { _ in nil })
        #expect(own.fingerprint == batch.fingerprint)
        #expect(own.prompt == "Own." && batch.prompt == nil)
    }

    @Test func aPictureThatVanishedOrChangedItsNatureIsAnError() throws {
        let folder = TemporaryFolder.make(pictures: "a.png", "b.png")
        let plan = try folder.plan(".")
        folder.write("a.png", text: "no longer")
        let changed = #expect(throws: InputError.self) {
            try Drafter.draft(plan.items[0], settings: settings(), knownDigest: { _ in nil })
        }
        #expect(changed?.description.hasSuffix("a.png is no longer a picture; restore it or take it out of the input") == true)
        let missing = #expect(throws: InputError.self) { try Drafter.hash(file: "/nowhere/a.png") }
        #expect(missing?.description == "/nowhere/a.png cannot be read: No such file or directory")
    }

    /// Longer than a piece of reading, and not a multiple of it; the digests were computed with another tool.
    @Test(arguments: [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (262143, "22fc3b1dfd9ba3690ed231d5a30a3adffb16e966164896534017e976868e7902"),
        (262144, "2312394bd99545d9de131c24efb781e765ac1aec243f2ed9347597a793a415e9"),
        (262145, "c35991ad254f48ff8b02becb9f0cc56581e86a0b477b13e5ebb0030a3b91c848"),
        (600000, "64229b5b58c6098adeb568bdd6c7b881d94098e29349c55b325c2346831e91ce"),
    ])
    func hashingDoesNotDependOnThePieces(size: Int, digest: String) throws {
        let folder = TemporaryFolder()
        let path = folder.write("a.bin", (0..<size).map { UInt8(truncatingIfNeeded: $0) })
        #expect(hex(try Drafter.hash(file: path)) == digest)
    }

    @Test(arguments: [IdentityMode.bytes, .path]) func aRedraftIsWhatAddingAgainWouldDraft(identity: IdentityMode) throws {
        let folder = TemporaryFolder.make(pictures: "a.png", "b.png")
        let settings = settings(identity: identity)
        func draft() throws -> JobDraft {
            try Drafter.draft(folder.plan("a.png").items[0], settings: settings, knownDigest: { _ in nil })
        }
        let old = try draft()
        folder.write("a.png", png("edited"))
        let request = CaptionRequest(
            model: settings.model, system: settings.system, prompt: settings.prompt, images: old.images, parameters: settings.parameters)
        let now = try Drafter.redraft(request, provider: "simulator")
        let new = try draft()
        #expect(now.fingerprint == new.fingerprint && now.fingerprint != old.fingerprint)
        #expect(now.images == new.images)
    }

    @Test func whatIsNoPictureAnyMoreCannotBeRedrafted() throws {
        let folder = TemporaryFolder.make(pictures: "a.png")
        let draft = try Drafter.draft(folder.plan("a.png").items[0], settings: settings(), knownDigest: { _ in nil })
        folder.write("a.png", text: "gone")
        let request = CaptionRequest(model: "m", prompt: "p", images: draft.images)
        #expect(throws: InputError.self) { try Drafter.redraft(request, provider: "simulator") }
    }

    @Test func anErrorOfTheSystemKeepsItsCause() {
        let path = TemporaryFolder().path.appending("none.png")
        let error = #expect(throws: InputError.self) { try Drafter.hash(file: path) }
        #expect(error?.cause == .noSuchFileOrDirectory)
    }
}
