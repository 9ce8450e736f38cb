import CutlineCore
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CutlineProvider

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Stands where darkrooms are, and remembers what it was asked for.
private final class Maker: Sendable {
    let orders = Mutex<[(name: String, order: PreparationOrder)]>([])
    let result: @Sendable (String) throws(PreparationTrouble) -> [UInt8]

    init(_ result: @escaping @Sendable (String) throws(PreparationTrouble) -> [UInt8]) { self.result = result }

    @Sendable func prepare(
        _ descriptor: Int32, _ name: String, _ order: PreparationOrder
    ) async throws(PreparationTrouble) -> PreparedPicture? {
        orders.withLock { $0.append((name, order)) }
        let bytes = try result(name)
        return PreparedPicture(format: .jpeg, size: PictureSize(width: 8, height: 6), byteCount: Int64(bytes.count)) { buffer, offset in
            let rest = bytes[Int(offset)...].prefix(buffer.count)
            buffer.copyBytes(from: rest)
            return rest.count
        }
    }

    var names: [String] { orders.withLock { $0.map(\.name) } }
}

@Suite(.timeLimit(.minutes(15))) struct PreparingTests {
    private let folder = TemporaryFolder()

    private func picture(_ name: String, _ format: PictureFormat, size: Int = 9) -> PictureFile {
        .make(folder.write(name, [UInt8](repeating: 7, count: size)), format)
    }

    private func call(_ server: TestServer, _ rules: ImageRules, _ maker: Maker, _ files: [PictureFile]) async -> Outcome {
        let client = ProviderClient(connections: 1, prepare: maker.prepare, now: { .fixture })
        var profile = Profile.at(server)
        profile.images = rules
        let outcome = await client.call(.make(files.map(ImageSource.file)), profile: profile, key: nil, timeout: .seconds(30))
        await client.shutdown()
        return outcome
    }

    /// What the batch settled goes for every picture, whatever the run says of the others.
    @Test func aBatchThatPreparesHasEveryPictureLookedAt() async throws {
        let maker = Maker { _ in [1, 2, 3] }
        let files = [picture("a.jpg", .jpeg), picture("b.heic", .heic)]
        var request = CaptionRequest.make(files.map(ImageSource.file))
        request.preparation = Preparation(mode: .fit, bound: Bound(longestSide: 99), quality: 55, background: "102030", form: .png)
        var profile = Profile(name: "x")
        try await TestServer.run(TestServer.caption("ok")) { server in
            let client = ProviderClient(connections: 1, prepare: maker.prepare, mends: false, now: { .fixture })
            profile = Profile.at(server)
            profile.images = ImageRules(accepts: [.jpeg, .png], maxSide: 50)
            #expect(await client.call(request, profile: profile, key: nil, timeout: .seconds(30)).caption != nil)
            let orders = maker.orders.withLock { $0.map(\.order) }
            #expect(orders.map(\.mayStay) == [true, false])
            #expect(orders.allSatisfy { $0.quality == 55 && $0.background == "102030" && $0.formats == [.png] })
            #expect(orders.allSatisfy { $0.bound == Bound(longestSide: 99).taken(by: profile.images) })
            request.preparation?.mode = .all
            #expect(await client.call(request, profile: profile, key: nil, timeout: .seconds(30)).caption != nil)
            #expect(maker.orders.withLock { $0.dropFirst(2).map(\.order.mayStay) } == [false, false])
            await client.shutdown()
        }
    }

    /// They are never sent as they are.
    @Test(arguments: [true, false]) func withoutLibvipsNothingIsSent(knowsDarkrooms: Bool) async throws {
        let maker = Maker { _ throws(PreparationTrouble) in throw .missing }
        var request = CaptionRequest.make([.file(picture("a.jpg", .jpeg))])
        request.preparation = Preparation(mode: .fit, bound: Bound(longestSide: 99))
        try await TestServer.run(TestServer.caption("ok")) { server in
            let client = ProviderClient(connections: 1, prepare: knowsDarkrooms ? maker.prepare : nil, now: { .fixture })
            let failure = await client.call(request, profile: .at(server), key: nil, timeout: .seconds(30)).failure
            #expect(failure?.kind == .imageRejected && failure?.message.contains("apt-get install libvips42") == true)
            #expect(server.requests.isEmpty)
            await client.shutdown()
        }
    }

    private static let plain = ImageRules(accepts: [.jpeg, .png], maxBytes: 5_000_000)

    @Test(arguments: [1, 49_151, 49_152, 49_153, 200_000])
    func whatIsRefusedIsSentAsWhatWasMadeOfIt(size: Int) async throws {
        let made = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let maker = Maker { _ in made }
        let files = [picture("a.heic", .heic), picture("b.jpg", .jpeg), picture("c.tif", .tiff)]
        try await TestServer.run(TestServer.caption("ok")) { server in
            #expect(await call(server, Self.plain, maker, files).caption?.text == "ok")
            let body = try #require(server.requests.first?.body)
            let sent = body.split(separator: "data:image/").dropFirst().map { $0.prefix { $0 != "\"" } }
            let base64 = Data(made).base64EncodedString()
            #expect(sent == ["jpeg;base64,\(base64)", "jpeg;base64,BwcHBwcHBwcH", "jpeg;base64,\(base64)"])
        }
        #expect(maker.names == [files[0].path.string, files[2].path.string])
        let order = maker.orders.withLock { $0[0].order }
        #expect(
            order
                == PreparationOrder(
                    format: .heic, length: 9, bound: Bound(longestSide: 1_568), formats: [.jpeg, .png], mostBytes: 5_000_000))
    }

    @Test func whatIsTakenIsNotTouched() async throws {
        let maker = Maker { _ in [1] }
        let files = [picture("a.jpg", .jpeg), picture("b.png", .png), picture("c.heic", .heic)]
        try await TestServer.run(TestServer.caption("ok")) { server in
            #expect(await call(server, ImageRules(accepts: [.jpeg, .png, .heic]), maker, files).caption != nil)
            // Nothing can be made for who takes neither.
            #expect(await call(server, ImageRules(accepts: [.webp]), maker, files).failure?.kind == .imageRejected)
        }
        #expect(maker.names.isEmpty)
    }

    @Test(
        arguments: [
            (.unreadable("a.heic is no picture"), .failure(Failure(.imageUnreadable, "a.heic is no picture"))),
            (.tooLarge("a.heic is large"), .failure(Failure(.tooLarge, "a.heic is large"))),
            (.notNow("all are busy"), .notSent("all are busy")),
        ] as [(PreparationTrouble, Outcome)])
    func troubleComesBeforeAnythingIsSent(trouble: PreparationTrouble, outcome: Outcome) async throws {
        let maker = Maker { _ throws(PreparationTrouble) in throw trouble }
        try await TestServer.run(TestServer.caption("ok")) { server in
            #expect(await call(server, Self.plain, maker, [picture("a.heic", .heic)]) == outcome)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func withoutALibraryAllIsAsBefore() async throws {
        let maker = Maker { _ throws(PreparationTrouble) in throw .missing }
        let file = picture("a.heic", .heic)
        try await TestServer.run(TestServer.caption("ok")) { server in
            let refused = await call(server, Self.plain, maker, [file]).failure
            #expect(refused?.kind == .imageRejected)
            #expect(
                refused?.message
                    == "\(file.path) is image/heic; test takes image/jpeg, image/png; libvips would make what it takes of it: install "
                    + "that (on Debian and Ubuntu `apt-get install libvips42`), then `cutline retry --class image_rejected`")
            // Nobody stated that it is not taken.
            #expect(await call(server, ImageRules(), maker, [file]).caption != nil)
            #expect(server.requests.count == 1 && server.requests[0].body.contains("data:image/heic;base64,BwcHBwcHBwcH"))
        }
    }

    /// The original is looked at again when the last of what was made of it leaves.
    @Test func aPictureThatIsReplacedMeanwhileHasChanged() async throws {
        let file = picture("a.heic", .heic)
        let maker = Maker { [folder] _ in
            _ = folder.write("a.heic", [1, 2, 3])
            return [7]
        }
        try await TestServer.run(TestServer.caption("ok")) { server in
            let failure = await call(server, Self.plain, maker, [file]).failure
            #expect(failure?.kind == .imageUnreadable && failure?.message.contains("changed after it was added") == true)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func theLargestGoesFirstWhereARequestIsTooLong() async throws {
        let maker = Maker { _ in [1] }
        let files = [picture("a.jpg", .jpeg, size: 2_000), picture("b.jpg", .jpeg, size: 9_000), picture("c.jpg", .jpeg, size: 4_000)]
        try await TestServer.run(TestServer.caption("ok")) { server in
            #expect(await call(server, ImageRules(maxRequestBytes: 9_000), maker, files).caption != nil)
            #expect(await call(server, ImageRules(maxRequestBytes: 4_000), maker, files).caption != nil)
            #expect(await call(server, ImageRules(maxRequestBytes: 100), maker, files).failure?.kind == .tooLarge)
        }
        let (a, b, c) = (files[0].path.string, files[1].path.string, files[2].path.string)
        #expect(maker.names == [b] + [b, c] + [b, c, a])
    }

    @Test func headersDecideWhereTheyMust() async throws {
        let animated: [UInt8] = Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0, 0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
        let wide: [UInt8] =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + [
                0, 0, 0x1F, 0x41, 0, 0, 0, 1, 8, 2, 0, 0, 0,
            ]
        let files = [
            PictureFile.make(folder.write("a.gif", animated), .gif), PictureFile.make(folder.write("b.png", wide), .png),
            picture("c.jpg", .jpeg),
        ]
        let maker = Maker { _ in [1] }
        try await TestServer.run(TestServer.caption("ok")) { server in
            #expect(await call(server, ImageRules(maxSide: 8_000), maker, files).caption != nil)
            #expect(await call(server, ImageRules(maxSide: 8_001), maker, files).caption != nil)
        }
        let (gif, png) = (files[0].path.string, files[1].path.string)
        #expect(maker.names == [gif, png, gif])
    }
}
