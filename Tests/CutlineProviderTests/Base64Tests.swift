import Foundation
import NIOCore
import Testing

@testable import CutlineProvider

@Suite struct Base64Tests {
    /// Whole words, ends of each length, and every byte.
    @Test(arguments: [0, 1, 2, 3, 5, 6, 7, 8, 9, 13, 14, 15, 256, 1_000]) func isThatOfFoundation(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 5) }
        var buffer = ByteBuffer()
        bytes.withUnsafeBytes { buffer.writeBase64(of: $0) }
        #expect(String(buffer: buffer) == Data(bytes).base64EncodedString())
    }
}
