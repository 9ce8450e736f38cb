import Foundation
import Testing

@testable import CutlineCore

/// Where a picture ends, and how it is to be turned.
@Suite struct PictureEndingTests {
    private func scan(_ format: PictureFormat, _ bytes: some Collection<UInt8>, pieces size: Int = .max) -> PictureEnding {
        var ending = PictureEnding(of: format)
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            Array(rest.prefix(size)).withUnsafeBytes { ending.take($0) }
            rest = rest.dropFirst(min(size, rest.count))
        }
        return ending
    }

    @Test(arguments: WholePicture.all)
    func aWholePictureIsWholeHoweverItsBytesCome(picture: WholePicture) {
        for size in [1, 2, 3, 7, 64, .max] {
            let ending = scan(picture.format, picture.bytes, pieces: size)
            #expect(ending.damage == nil, "in pieces of \(size)")
            #expect(ending.orientation?.rawValue == picture.orientation, "in pieces of \(size)")
        }
    }

    @Test(arguments: WholePicture.all)
    func withoutItsLastByteItIsCutOff(picture: WholePicture) {
        let whole = (0..<picture.bytes.count).filter { scan(picture.format, picture.bytes.prefix($0)).damage == nil }
        #expect(whole.isEmpty, "called whole at these lengths of \(picture.bytes.count)")
    }

    @Test(arguments: WholePicture.all)
    func whatStandsBehindTheEndDoesNotMatter(picture: WholePicture) {
        for tail in [[0], Array("a film".utf8), [UInt8](repeating: 0, count: 99), picture.bytes] {
            #expect(scan(picture.format, picture.bytes + tail).damage == nil)
        }
    }

    /// A download that was given its whole length on the disk before it broke off.
    @Test(arguments: WholePicture.all.filter { [.jpeg, .png, .gif].contains($0.format) })
    func zerosInPlaceOfTheLastPartAreNoEnd(picture: WholePicture) {
        let zeros = [UInt8](repeating: 0, count: picture.bytes.count / 3)
        #expect(scan(picture.format, picture.bytes.dropLast(zeros.count) + zeros).damage == .cutOff)
    }

    @Test(arguments: ["harbour.jpg", "lighthouse.jpg", "a.png", "b.webp", "moon.gif"])
    func picturesOfRealProgramsAreWholeAndTwoThirdsOfThemAreNot(name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let bytes = try Array(Data(contentsOf: folder.appending(path: "examples").appending(path: name)))
        let format = try #require(PictureFormat(firstBytes: bytes))
        #expect(scan(format, bytes).damage == nil)
        #expect(scan(format, bytes.prefix(bytes.count * 2 / 3)).damage == .cutOff)
        #expect(scan(format, bytes.dropLast()).damage == .cutOff)
    }

    /// Eight bytes of a scan are looked at together.
    @Test func theEndIsFoundWhereverItStands() {
        for length in 0..<40 {
            let head: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDA, 0x00, 0x02]
            for filler in [0x00, 0x7F, 0x80, 0xFE] as [UInt8] {
                let data = [UInt8](repeating: filler, count: length)
                #expect(scan(.jpeg, head + data + [0xFF, 0xD9]).damage == nil, "behind \(length) bytes \(filler)")
                #expect(scan(.jpeg, head + data + [0xFE, 0xD9, 0x00]).damage == .cutOff, "behind \(length) bytes \(filler)")
            }
            for place in 0..<length {
                let stuffed = (0..<length).map { [$0 == place ? 0xFF : 0x31, 0x00] as [UInt8] }.flatMap(\.self)
                #expect(scan(.jpeg, head + stuffed + [0xFF, 0xD9]).damage == nil, "0xFF of the data at \(place) of \(length)")
            }
        }
    }

    @Test func nonsenseEndsEveryWalk() {
        for format in PictureFormat.allCases {
            for byte in [0x00, 0x01, 0x7F, 0xFF] as [UInt8] {
                _ = scan(format, [UInt8](repeating: byte, count: 5_000), pieces: 11).damage
            }
        }
    }

    @Test func theScanFindsTheFormatInPiecesOfAnySize() {
        for picture in WholePicture.all {
            for size in [1, 31, 33, .max] {
                var (scan, rest) = (PictureScan(), picture.bytes[...])
                while !rest.isEmpty {
                    Array(rest.prefix(size)).withUnsafeBytes { scan.take($0) }
                    rest = rest.dropFirst(min(size, rest.count))
                }
                #expect(scan.format == picture.format && scan.damage == nil && scan.orientation?.rawValue == picture.orientation)
            }
        }
    }

    @Test(arguments: [
        (1, false, false, false), (2, false, false, true), (3, false, true, false), (4, false, true, false), (5, true, false, false),
        (8, true, false, false),
    ])
    func anOrientationIsOnItsSideUpsideDownOrMirrored(value: Int, side: Bool, upsideDown: Bool, mirrored: Bool) throws {
        let orientation = try #require(PictureOrientation(rawValue: value))
        #expect(orientation.liesOnItsSide == side && orientation.isUpsideDown == upsideDown && orientation.isMirrored == mirrored)
        #expect(PictureOrientation(rawValue: 0) == nil && PictureOrientation(rawValue: 9) == nil)
    }
}
