import CutlineDigest
import Testing

/// The vectors are those of FIPS 180-4 and of NIST's examples for it.
struct SHA256Tests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func digestIsThePublishedOne(text: String, digest: String) {
        #expect(hexadecimal(SHA256.hash(Array(text.utf8))) == digest)
    }

    @Test(arguments: [1, 63, 64, 65, 1_000])
    func piecesOfAnySizeMakeTheDigestOfTheWhole(size: Int) {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        var hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: size) { hash.update(Array(bytes[start..<min(start + size, bytes.count)])) }
        #expect(hash.finalize() == SHA256.hash(bytes))
    }

    @Test func emptyPiecesChangeNothing() {
        var hash = SHA256()
        hash.update([])
        hash.update(Array("abc".utf8))
        hash.update(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(hash.finalize() == SHA256.hash(Array("abc".utf8)))
    }

    @Test func hashesThatAreMadeAtOnceDoNotMix() async {
        let digests = await withTaskGroup(of: (UInt8, [UInt8]).self) { group in
            for byte in UInt8(0)..<32 {
                group.addTask {
                    var hash = SHA256()
                    for _ in 0..<1_000 { hash.update([byte]) }
                    return (byte, hash.finalize())
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (byte, digest) in digests { #expect(digest == SHA256.hash([UInt8](repeating: byte, count: 1_000))) }
        #expect(digests.count == 32)
    }
}
