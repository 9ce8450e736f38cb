import CutlineCore
import TestSupport
import Testing

@testable import CutlineExport

struct CleanPathTests {
    @Test(arguments: [
        ("a/b.png", "a/b.png"), ("../../a.png", "a.png"), ("/etc/passwd", "etc/passwd"), ("C:/x.png", "x.png"), ("C:\\x.png", "C__x.png"),
        ("~/x", "_~/x"), ("-o", "_-o"), ("CON", "_CON"), ("con.txt.png", "_con.txt.png"), ("com1.png", "_com1.png"),
        ("come.png", "come.png"),
        ("a\u{0}b\nc\u{1B}", "a_b_c_"), ("dot./space /x", "dot_/space_/x"), ("", "_"), ("..", "_"), ("./a/./b", "a/b"),
        ("a//b", "a/b"), ("..a/...", "..a/.._"), ("a/\u{301}b", "a/\u{301}b"), ("日本/🐈.gif", "日本/🐈.gif"),
        ("[a] #1 & 100%.png", "[a] #1 & 100%.png"), (#"a<b>"c"|d?e*"#, "a_b__c__d_e_"), ("CON .txt", "_CON .txt"), ("com².x", "_com².x"),
    ])
    func pathsAreCleaned(given: String, clean: String) {
        let path = CleanPath(given)
        #expect(Array(path.text.utf8) == Array(clean.utf8))
        let isSame =
            given.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }.filter { $0 != [0x2E] } == path.parts.map { Array($0.utf8) }
        #expect(path.isChanged == !isSame)
    }

    /// Whatever comes in, nothing comes out that leads elsewhere or is more than a name.
    @Test func noInputDoesHarm() {
        var random = SplitMix64(seed: 11)
        let pieces = [
            "..", ".", "/", "\\", "C:", "a", "~", "-", "\u{0}", "\n", "CON", "NUL.", " ", ".", "é", "\u{301}", "\u{202E}", "🐈", "LPT9",
        ]
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
            let path = CleanPath(text)
            #expect(!path.parts.isEmpty)
            for part in path.parts {
                let bytes = Array(part.utf8)
                #expect(!bytes.isEmpty && part != "." && part != "..", "\(text.debugDescription)")
                #expect(!bytes.contains { $0 < 0x20 || $0 == 0x7F || [0x2F, 0x5C, 0x3A].contains($0) })
                #expect(![0x2D, 0x7E].contains(bytes[0]) && ![0x2E, 0x20].contains(bytes.last!))
            }
            #expect(CleanPath(path.text) == CleanPath(CleanPath(path.text).text))
        }
    }

    @Test(arguments: [
        ("a.png", "a"), ("v1.2.final.JPG", "v1.2.final"), (".hidden", ".hidden"), (".hidden.png", ".hidden"), ("..png", "..png"),
        ("noext", "noext"),
        ("a.", "a"), ("dot..png", "dot."),
    ])
    func stemsAreThoseOfPython(name: String, stem: String) {
        #expect(String(decoding: Stem.of(Array(name.utf8)), as: UTF8.self) == stem)
    }
}
