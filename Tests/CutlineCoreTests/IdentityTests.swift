import CutlineCore
import SystemPackage
import Testing

struct IdentityTests {
    private func preimage(
        provider: String = "p", model: String = "m", system: String? = nil, prompt: String = "q",
        parameters: Parameters = Parameters(), images: [ImageSource] = [.url("u")]
    ) -> [UInt8] {
        Fingerprint.preimage(provider: provider, model: model, system: system, prompt: prompt, parameters: parameters, images: images)
    }

    private func file(_ path: FilePath = "/a", size: Int64 = 1, modified: Int64 = 2, inode: UInt64 = 3, digest: [UInt8]? = nil)
        -> ImageSource
    {
        .file(PictureFile(path: path, stamp: FileStamp(size: size, modified: modified, inode: inode), format: .png, digest: digest))
    }

    @Test func aPreimageIsWhatItSays() {
        #expect(
            preimage(system: "s", parameters: Parameters(maxTokens: 3))
                == Array(#"9:cutline-11:p1:m2:=s1:q16:{"max_tokens":3}2:uu"#.utf8))
    }

    @Test func differentCallsHaveDifferentPreimages() {
        let digest = [UInt8](repeating: 0x75, count: 32)
        let all = [
            preimage(), preimage(provider: "p1"), preimage(provider: "", model: "pm"), preimage(model: "m2"), preimage(system: ""),
            preimage(system: "q", prompt: ""), preimage(prompt: "q1"), preimage(prompt: "q\0"), preimage(prompt: "\u{E9}"),
            preimage(prompt: "e\u{301}"),
            preimage(parameters: Parameters(maxTokens: 1)), preimage(parameters: Parameters(temperature: 1)),
            preimage(parameters: Parameters(detail: .low)),
            preimage(parameters: Parameters(others: ["seed": .integer(1)])),
            preimage(parameters: Parameters(others: ["seed": .string("1")])),
            preimage(parameters: Parameters(others: ["seed": .number(1)])), preimage(images: []), preimage(images: [.url("u"), .url("v")]),
            preimage(images: [.url("v"), .url("u")]), preimage(images: [.url("u1:uv")]), preimage(images: [file()]),
            preimage(images: [file("/b")]),
            preimage(images: [file(size: 2)]), preimage(images: [file(modified: 3)]), preimage(images: [file(digest: digest)]),
            preimage(images: [.url(String(repeating: "u", count: 32))]),
        ]
        #expect(Set(all).count == all.count)
    }

    @Test func aFileWithADigestIsItsBytesAlone() {
        let digest = [UInt8](0..<32)
        #expect(
            preimage(images: [file("/a", size: 1, digest: digest)])
                == preimage(images: [file("/b", size: 2, modified: 9, inode: 8, digest: digest)]))
        #expect(preimage(images: [file(inode: 3)]) == preimage(images: [file(inode: 4)]))
    }

    @Test(
        arguments: [
            (Array("/a/é.png".utf8), "/a/é.png"), ([0x2F, 0xFF], "/\\xff"), ([0x2F, 0xC3, 0xA9, 0xFF], "/\\xc3\\xa9\\xff"),
            (Array("/\\xff".utf8), "/\\x5cxff"), (Array("/\\a".utf8), "/\\a"), ([0x5C, 0xFF], "\\x5c\\xff"), ([0x0A, 0x20], "\n "),
        ] as [([UInt8], String)])
    func pathsKeepTheirBytesAndHaveATextOfTheirOwn(bytes: [UInt8], text: String) {
        let path = FilePath(bytes: bytes)
        #expect(path.bytes == bytes)
        #expect(path.text == text)
    }
}
