import CutlineCore
import Testing

/// A JPEG's beginning with EXIF, made by hand after the specification.
private struct Camera {
    var isBigEndian = false
    var orientation = 6
    var thumbnail: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 1, 2, 3, 0xFF, 0xD9]
    /// Instead of the true ones.
    var offset: Int?
    var length: Int?

    private func number(_ value: Int, _ count: Int) -> [UInt8] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        return isBigEndian ? bytes.reversed() : bytes
    }

    private func short(_ tag: Int, _ value: Int) -> [UInt8] { number(tag, 2) + number(3, 2) + number(1, 4) + number(value, 2) + [0, 0] }
    private func long(_ tag: Int, _ value: Int) -> [UInt8] { number(tag, 2) + number(4, 2) + number(1, 4) + number(value, 4) }

    /// The first directory at 8 with one tag, the second at 26 with two, the thumbnail at 56.
    var bytes: [UInt8] {
        let first = number(1, 2) + short(0x0112, orientation) + number(26, 4)
        let second = number(2, 2) + long(0x0201, offset ?? 56) + long(0x0202, length ?? thumbnail.count) + number(0, 4)
        let tiff = (isBigEndian ? [0x4D, 0x4D] : [0x49, 0x49]) + number(42, 2) + number(8, 4) + first + second + thumbnail
        let exif = Array("Exif\0\0".utf8) + tiff
        let length = exif.count + 2
        let jfif: [UInt8] = [0xFF, 0xE0, 0, 4, 0, 0]
        return [0xFF, 0xD8] + jfif + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + exif + [0xFF, 0xDA, 0, 2]
    }
}

struct ExifThumbnailTests {
    @Test(arguments: [false, true]) func thumbnailIsFoundInEitherByteOrder(isBigEndian: Bool) {
        let thumbnail = ExifThumbnail(header: Camera(isBigEndian: isBigEndian).bytes)
        #expect(thumbnail?.bytes == Camera().thumbnail)
        #expect(thumbnail?.orientation == 6)
    }

    @Test func orientationIsAsItIsWhereItIsAbsurd() {
        #expect(ExifThumbnail(header: Camera(orientation: 9).bytes)?.orientation == 1)
    }

    @Test(arguments: [
        Camera(thumbnail: [0x89, 0x50, 0x4E, 0x47]), Camera(offset: 60), Camera(offset: 0x7FFF_FFFF), Camera(length: 0),
        Camera(length: 0xFFFF_FFFF), Camera(length: 10), Camera(offset: 0xFFFF_FFFF, length: 0xFFFF_FFFF),
    ])
    fileprivate func whatLeadsAstrayIsNone(camera: Camera) {
        #expect(ExifThumbnail(header: camera.bytes) == nil)
    }

    @Test func otherFilesHaveNone() {
        #expect(ExifThumbnail(header: []) == nil)
        #expect(ExifThumbnail(header: [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xDA]) == nil)
        #expect(ExifThumbnail(header: [0x89] + Camera().bytes.dropFirst()) == nil)
    }

    /// Every cut and every wrong byte: nothing stops the process.
    @Test func noDamageStopsIt() {
        let bytes = Camera().bytes
        for length in 0..<(bytes.count - 13) { #expect(ExifThumbnail(header: Array(bytes.prefix(length))) == nil) }
        for place in bytes.indices {
            for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[place] = value
                #expect(ExifThumbnail(header: damaged).map { $0.bytes.count <= bytes.count } ?? true)
            }
        }
    }
}
