import CutlineCore
import CutlineInput
import TestSupport
import Testing

@Suite struct PictureSizeTests {
    /// A JPEG of 600 × 400 pixels behind so many bytes of metadata.
    private func jpeg(metadata length: Int) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8]
        var left = length
        while left > 0 {
            let count = min(left, 60_000)
            bytes += [0xFF, 0xE1, UInt8((count + 2) >> 8), UInt8((count + 2) & 0xFF)] + [UInt8](repeating: 0, count: count)
            left -= count
        }
        return bytes + [0xFF, 0xC0, 0, 17, 8, 0x01, 0x90, 0x02, 0x58, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xFF, 0xDA]
    }

    @Test(arguments: [0, 3_000, 4_090, 100_000, 500_000])
    func theSizeIsReadFromTheBeginning(metadata: Int) {
        let folder = TemporaryFolder()
        let file = folder.write("a.jpg", jpeg(metadata: metadata))
        #expect(PictureSize(headerOf: file) == PictureSize(width: 600, height: 400))
    }

    /// Most writers put the directory behind the pixels.
    @Test func theSizeOfATIFFIsReadFromItsEnd() {
        let folder = TemporaryFolder()
        let entries: [[UInt8]] = [[0, 1, 3, 0, 1, 0, 0, 0, 0x58, 2, 0, 0], [1, 1, 4, 0, 1, 0, 0, 0, 0x90, 1, 0, 0]]
        let pixels = [UInt8](repeating: 7, count: 900_000)
        let place = UInt32(8 + pixels.count)
        let header = [0x49, 0x49, 0x2A, 0] + (0..<4).map { UInt8(truncatingIfNeeded: place >> ($0 * 8)) }
        let file = folder.write("a.tif", header + pixels + [2, 0] + entries.joined() + [0, 0, 0, 0])
        #expect(PictureSize(headerOf: file) == PictureSize(width: 600, height: 400))
        #expect(PictureSize(headerOf: folder.write("cut.tif", header + pixels)) == nil)
    }

    @Test func whatCannotBeReadHasNoSize() {
        let folder = TemporaryFolder()
        #expect(PictureSize(headerOf: folder.path.appending("missing.jpg")) == nil)
        #expect(PictureSize(headerOf: folder.path) == nil)
        #expect(PictureSize(headerOf: folder.write("far.jpg", jpeg(metadata: 700_000))) == nil)
        #expect(PictureSize(headerOf: folder.write("empty.jpg", [UInt8]())) == nil)
    }
}
