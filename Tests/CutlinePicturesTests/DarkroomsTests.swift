import CutlineCore
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import CutlinePictures

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tests that decode are skipped where there is nothing to decode with.
private let hasVips = DarkroomFixture.hasVips
private let reason = Comment("libvips 8.13 or newer is not installed")

struct DarkroomFixture {
    /// Beside the test bundle; `swift build --build-tests` makes both.
    static let program = FilePath(
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "cutline").path(percentEncoded: false))

    static let hasVips: Bool = {
        guard let child = try? DarkroomChild(program) else { return false }
        return child.greeting.version != nil
    }()

    let folder = TemporaryFolder()

    func plan(_ change: (inout DarkroomPlan) -> Void = { _ in }) -> DarkroomPlan {
        var plan = DarkroomPlan(program: Self.program, folder: folder.path, count: 1)
        change(&plan)
        return plan
    }

    /// A BMP of 24 bits with four rows of one colour each, red on top.
    static func bitmap(width: Int = 64, height: Int = 48) -> [UInt8] {
        let colours: [[UInt8]] = [[255, 255, 255], [220, 30, 30], [30, 200, 30], [30, 30, 220]]
        let row = (width * 3 + 3) / 4 * 4
        var bytes = Array("BM".utf8) + little(54 + row * height) + [0, 0, 0, 0] + little(54) + little(40) + little(width) + little(height)
        bytes += [1, 0, 24, 0] + [UInt8](repeating: 0, count: 24)
        for line in 0..<height {
            let colour = colours[line * 4 / height]
            bytes += (0..<width).flatMap { _ in colour } + [UInt8](repeating: 0, count: row - width * 3)
        }
        return bytes
    }

    static func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

    func prepare(
        _ bytes: [UInt8], _ format: PictureFormat, by rooms: Darkrooms, offset: Int64 = 0,
        change: (inout PreparationOrder) -> Void = { _ in }
    ) async throws(PreparationTrouble) -> (picture: PreparedPicture, bytes: [UInt8]) {
        let file = folder.write("picture-\(UInt32.random(in: 0...UInt32.max))", bytes)
        let descriptor = open(file.string, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var order = PreparationOrder(
            format: format, offset: offset, length: Int64(bytes.count) - offset, bound: Bound(longestSide: 1_568), formats: [.jpeg, .png])
        change(&order)
        guard let picture = try await rooms.prepare(descriptor, "a picture", order) else { throw .unreadable("it stays") }
        var result = [UInt8](repeating: 0, count: Int(picture.byteCount))
        _ = result.withUnsafeMutableBytes { picture.read($0, 0) }
        return (picture, result)
    }

    /// A program in place of `cutline`.
    func script(_ text: String) -> FilePath {
        let path = folder.write("program-\(UInt32.random(in: 0...UInt32.max))", Array(("#!/bin/sh\n" + text).utf8))
        chmod(path.string, 0o700)
        return path
    }
}

@Suite(.serialized, .enabled(if: hasVips, reason)) struct DarkroomsTests {
    private let fixture = DarkroomFixture()

    @Test func itReadsWhatItSays() async throws {
        let made = try #require(try await Darkrooms(fixture.plan()).examine())
        #expect(made.formats.contains(.jpeg) && made.formats.contains(.png) && made.formats.contains(.bmp))
        for sample in Sample.all where made.formats.contains(sample.format) {
            let prepared = try await fixture.prepare(sample.bytes, sample.format, by: Darkrooms(fixture.plan()))
            #expect(PictureFormat(firstBytes: prepared.bytes) == prepared.picture.format)
            #expect(prepared.picture.size == PictureSize(width: 16, height: 16))
            #expect(PictureSize(header: prepared.bytes) == prepared.picture.size)
        }
    }

    @Test func aBitmapBecomesWhatFits() async throws {
        let rooms = Darkrooms(fixture.plan())
        let prepared = try await fixture.prepare(DarkroomFixture.bitmap(width: 640, height: 480), .bmp, by: rooms) {
            $0.bound = Bound(longestSide: 320)
        }
        #expect(prepared.picture.size == PictureSize(width: 320, height: 240))
        let jpeg = try await fixture.prepare(DarkroomFixture.bitmap(), .bmp, by: rooms) { $0.formats = [.jpeg] }
        #expect(jpeg.picture.format == .jpeg && jpeg.bytes.starts(with: [0xFF, 0xD8]))
        let png = try await fixture.prepare(DarkroomFixture.bitmap(), .bmp, by: rooms) { $0.formats = [.png] }
        #expect(png.picture.format == .png)
    }

    /// As from an archive: other bytes stand in front.
    @Test func aPictureMayStandAnywhereInItsFile() async throws {
        let rooms = Darkrooms(fixture.plan())
        let whole = try await fixture.prepare(DarkroomFixture.bitmap(), .bmp, by: rooms)
        let inside = try await fixture.prepare(
            [UInt8](repeating: 1, count: 9_999) + DarkroomFixture.bitmap(), .bmp, by: rooms, offset: 9_999)
        #expect(inside.bytes == whole.bytes)
    }

    @Test func theSamePictureHasTheSameBytes() async throws {
        let one = Darkrooms(fixture.plan { $0.picturesPerChild = 1 })
        let four = Darkrooms(fixture.plan { $0.count = 4 })
        let first = try await fixture.prepare(DarkroomFixture.bitmap(width: 300, height: 200), .bmp, by: one)
        for rooms in [one, four, four] {
            #expect(try await fixture.prepare(DarkroomFixture.bitmap(width: 300, height: 200), .bmp, by: rooms).bytes == first.bytes)
        }
    }

    /// With `fit`, nothing is done to what is nothing but pixels and small enough.
    @Test func whatIsPlainAndSmallMayStay() async throws {
        let rooms = Darkrooms(fixture.plan())
        let png = try #require(Sample.all.first { $0.format == .png }).bytes
        let stays = PreparationTrouble.unreadable("it stays")
        await #expect(throws: stays) { _ = try await fixture.prepare(png, .png, by: rooms) { $0.mayStay = true } }
        #expect(try await fixture.prepare(png, .png, by: rooms).bytes.isEmpty == false)
        let behind = try await fixture.prepare(png + Array("a video".utf8), .png, by: rooms) { $0.mayStay = true }
        #expect(behind.bytes.isEmpty == false)
        let large = try await fixture.prepare(png, .png, by: rooms) { ($0.mayStay, $0.bound.mostSide) = (true, 8) }
        #expect(large.picture.size == PictureSize(width: 8, height: 8))
    }

    @Test func qualityAndBackgroundAreThoseOfTheOrder() async throws {
        let rooms = Darkrooms(fixture.plan())
        func bytes(_ quality: Int) async throws -> Int {
            try await fixture.prepare(DarkroomFixture.bitmap(width: 300, height: 200), .bmp, by: rooms) {
                ($0.quality, $0.formats) = (quality, [.jpeg])
            }.bytes.count
        }
        #expect(try await bytes(30) < bytes(95))
        // Eight by eight pixels of gray with alpha, of which nothing is seen.
        let clear = try #require(
            Data(base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAQAAABuBnYAAAAADElEQVR42mNgGBwAAACIAAF0uDlnAAAAAElFTkSuQmCC"))
        let red = try await fixture.prepare(Array(clear), .png, by: rooms) { ($0.background, $0.formats) = ("ff0000", [.png]) }
        // Of three bands, and so of colour (IHDR's colour type).
        #expect(red.bytes[25] == 2)
        let white = try await fixture.prepare(Array(clear), .png, by: rooms) { $0.formats = [.png] }
        #expect(white.bytes[25] == 0)
    }

    @Test func whatMustBeSmallerIsMadeSmaller() async throws {
        let noise = (0..<(300 * 300)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
        var bytes = DarkroomFixture.bitmap(width: 300, height: 300)
        for index in noise.indices { bytes[54 + index * 3] = noise[index] }
        let rooms = Darkrooms(fixture.plan())
        let most = 6_000
        let prepared = try await fixture.prepare(bytes, .bmp, by: rooms) { $0.mostBytes = most }
        #expect(prepared.bytes.count <= most)
        await #expect(throws: PreparationTrouble.tooLarge("a picture cannot be made smaller than 20 bytes")) {
            _ = try await fixture.prepare(bytes, .bmp, by: rooms) { $0.mostBytes = 20 }
        }
    }

    @Test(arguments: [
        (
            DarkroomFixture.little(40_000) + DarkroomFixture.little(40_000),
            "a picture claims 40000 × 40000 pixels; at most 268 megapixels are opened"
        ),
        (DarkroomFixture.little(64) + DarkroomFixture.little(480), "a picture is cut off"),
    ])
    func whatItCannotBeIsRefused(size: [UInt8], words: String) async throws {
        var bytes = DarkroomFixture.bitmap()
        bytes.replaceSubrange(18..<26, with: size)
        await #expect(throws: PreparationTrouble.unreadable(words)) {
            _ = try await fixture.prepare(bytes, .bmp, by: Darkrooms(fixture.plan()))
        }
    }

    @Test func damagedAndForeignFilesAreRefusedWithASentence() async throws {
        let rooms = Darkrooms(fixture.plan())
        let png = try #require(Sample.all.first { $0.format == .png }).bytes
        for (bytes, format) in [
            (Array(png.dropLast(30)), PictureFormat.png), (Array("<svg/>".utf8), .png), (png, .jpeg), ([0x42, 0x4D], .bmp),
        ] {
            do throws(PreparationTrouble) {
                _ = try await fixture.prepare(bytes, format, by: rooms)
                Issue.record("\(format) was prepared")
            } catch {
                guard case .unreadable(let words) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(words.hasPrefix("a picture "))
            }
        }
    }

    @Test func camerasRawFilesAreNamed() async throws {
        // A directory with DNGVersion.
        let dng: [UInt8] = [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x12, 0xC6, 1, 0, 4, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0]
        await #expect(throws: PreparationTrouble.unreadable("a picture is a camera's RAW file; make a JPEG of it")) {
            _ = try await fixture.prepare(dng, .tiff, by: Darkrooms(fixture.plan()))
        }
    }

    /// What a decoder's fault costs is one picture, and not the next.
    @Test func nothingIsLeftBehind() async throws {
        let rooms = Darkrooms(fixture.plan())
        let kept = try await fixture.prepare(DarkroomFixture.bitmap(), .bmp, by: rooms)
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path.string)
        #expect(names.allSatisfy { $0.hasPrefix("picture-") })
        #expect(kept.bytes.count == Int(kept.picture.byteCount))
    }

    @Test func picturesBeyondTheDarkroomsWait() async throws {
        let rooms = Darkrooms(fixture.plan { $0.count = 2 })
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await fixture.prepare(DarkroomFixture.bitmap(), .bmp, by: rooms).bytes.count } }
            var sizes: Set<Int> = []
            for try await size in group { sizes.insert(size) }
            #expect(sizes.count == 1)
        }
    }
}

/// Other programs in the place of a darkroom: what its end does to a call.
@Suite(.serialized) struct FailingDarkroomTests {
    private let fixture = DarkroomFixture()

    /// Says that it is ready, then does `rest`.
    private func ready(_ rest: String, version: String = #""8.14.1""#) -> FilePath {
        let greeting = #"{"version":\#(version),"formats":["bmp"],"isConfined":true}"#
        return fixture.script("printf '%-4096s' '\(greeting)' >&3\n\(rest)\n")
    }

    private func trouble(_ plan: DarkroomPlan) async -> PreparationTrouble? {
        do throws(PreparationTrouble) {
            _ = try await fixture.prepare(DarkroomFixture.bitmap(), .bmp, by: Darkrooms(plan))
            return nil
        } catch { return error }
    }

    @Test func aDeathIsThePicturesFaultTheSecondTime() async throws {
        let log = fixture.folder.path.appending("starts").string
        let program = ready("echo >> '\(log)'\nhead -c 4096 <&3 >/dev/null\nkill -SEGV $$")
        #expect(await trouble(fixture.plan { $0.program = program }) == .unreadable("a picture made the decoder fail (signal 11)"))
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "\n\n")
    }

    @Test func whatHangsIsEnded() async {
        let program = ready("exec sleep 600")
        let plan = fixture.plan { ($0.program, $0.workPatience) = (program, .milliseconds(200)) }
        #expect(await trouble(plan) == .unreadable("a picture took longer than 0 s to open"))
    }

    @Test func whatCannotBeStartedIsNobodysFault() async {
        let plan = fixture.plan { $0.program = "/no/such/program" }
        #expect(await trouble(plan) == .notNow("what prepares pictures cannot be started: No such file or directory"))
        let silent = fixture.script("exit 3")
        #expect(await trouble(fixture.plan { $0.program = silent }) == .notNow("what prepares pictures cannot be started: it ended with 3"))
    }

    @Test func withoutTheLibraryPicturesAreLeftAlone() async throws {
        let program = ready("cat <&3", version: "null")
        #expect(await trouble(fixture.plan { $0.program = program }) == .missing)
        #expect(try await Darkrooms(fixture.plan { $0.program = program }).examine() == nil)
    }

    @Test func aWordIsNotTakenForAResult() async {
        let answer = #"{"ready":{"format":"jpeg","width":1,"height":1,"byteCount":10}}"#
        let program = ready("printf '%-4096s' '\(answer)' >&3\ncat <&3")
        #expect(await trouble(fixture.plan { $0.program = program }) == .notNow("a prepared picture was not kept whole"))
    }

    @Test func nobodyWaitsForLong() async throws {
        let program = ready("exec sleep 600")
        let plan = fixture.plan {
            ($0.program, $0.queuePatience, $0.workPatience) = (program, .milliseconds(50), .milliseconds(1_500))
        }
        let rooms = Darkrooms(plan)
        let outcomes = await withTaskGroup(of: PreparationTrouble?.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do throws(PreparationTrouble) {
                        _ = try await fixture.prepare(DarkroomFixture.bitmap(), .bmp, by: rooms)
                        return nil
                    } catch { return error }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == .notNow("all darkrooms were busy for 0 s") }.count == 2)
    }

    @Test func aStoppedCallEndsAtOnce() async throws {
        let program = ready("exec sleep 600")
        let rooms = Darkrooms(fixture.plan { $0.program = program })
        let begun = ContinuousClock.now
        let task = Task { () -> PreparationTrouble? in
            do throws(PreparationTrouble) {
                _ = try await fixture.prepare(DarkroomFixture.bitmap(), .bmp, by: rooms)
                return nil
            } catch { return error }
        }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        #expect(await task.value == .notNow("stopped"))
        #expect(ContinuousClock.now - begun < .seconds(20))
    }
}
