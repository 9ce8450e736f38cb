import CutlineCore
import Testing

@Suite struct CameraRawTests {
    /// A directory of one tag with one LONG.
    private func tiff(_ tag: Int, _ value: UInt8 = 1) -> [UInt8] {
        [0x49, 0x49, 0x2A, 0, 16, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
            + [1, 0, UInt8(tag & 0xFF), UInt8(tag >> 8), 4, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0]
    }

    @Test func aSensorsPicturesAreToldFromOthers() {
        #expect(PictureFacts.isCameraRaw(header: tiff(50_706)) && PictureFacts.isCameraRaw(header: tiff(330)))
        #expect(PictureFacts.isCameraRaw(header: tiff(254, 1)) && !PictureFacts.isCameraRaw(header: tiff(254, 2)))
        #expect(!PictureFacts.isCameraRaw(header: tiff(256)) && !PictureFacts.isCameraRaw(header: [0xFF, 0xD8]))
        var canon = tiff(256)
        canon.replaceSubrange(8..<10, with: "CR".utf8)
        #expect(PictureFacts.isCameraRaw(header: canon))
    }
}
