import CutlineCore
import TestSupport
import Testing

@testable import cutline

/// The page is read as a browser would read it that trusts nothing: every `<` begins one of our tags, or the test fails.
@Suite(.timeLimit(.minutes(15))) struct ComparePageTests {
    /// What may stand on the page: no script, no link, no frame, no form, no event.
    private static let tags: Set<String> = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "h1", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr",
        "th",
        "td", "b", "bdi", "div", "img", "p", "span",
    ]
    private static let attributes: Set<String> = [
        "lang", "charset", "http-equiv", "content", "name", "dir", "scope", "class", "alt", "src", "html",
    ]

    private struct Tag {
        var name: String
        var isEnd: Bool
        var attributes: [(name: String, value: String)]
    }

    /// - Throws: where the page is not in the strict form that we write.
    private static func tags(in page: String) throws -> [Tag] {
        var (tags, rest) = ([Tag](), page[...])
        while let start = rest.firstIndex(of: "<") {
            let end = try #require(rest[start...].firstIndex(of: ">"), "a tag is not closed")
            var words = rest[rest.index(after: start)..<end]
            let isEnd = words.first == "/"
            if isEnd { words.removeFirst() }
            let name = String(words.prefix { $0 != " " })
            words = words.dropFirst(name.count)
            var attributes: [(String, String)] = []
            while let match = words.prefixMatch(of: #/ ([a-z-]+)(?:="([^"<>]*)")?/#) {
                attributes.append((String(match.1), String(match.2 ?? "")))
                words = words[match.range.upperBound...]
            }
            #expect(words.isEmpty, "what is this: \(words.prefix(80))")
            tags.append(Tag(name: name, isEnd: isEnd, attributes: attributes))
            rest = rest[end...].dropFirst()
        }
        return tags
    }

    private func page(_ harness: CommandHarness, answer: String = ModelServer.answer, prompt: String = "Describe.") async throws -> String {
        try await ModelServer.run(list: "{}", answer: answer) { server in
            harness.write(server)
            let said = await harness.run([
                "compare", "photos", "--provider", "mine", "--model", "m<1>", "--prompt", prompt, "-o", "page.html", "--batch", "a & b",
            ])
            #expect(said.code == 0, "\(said.error)")
        }
        return harness.text("page.html")
    }

    private static let hostile = #"</p><script>alert(1)</script><img src=https://evil.invalid/x onerror="alert('2')">"#

    @Test func nothingFromOutsideBecomesMarkup() async throws {
        let harness = CommandHarness()
        harness.folder.write("photos/\"><svg onload=alert(1)>.png", png("a"))
        let content = JSONValue.string(Self.hostile + "\u{0}\u{1B}[31m\u{202E}\nline two &amp;").text
        let answer = #"{"choices":[{"message":{"content":\#(content)},"finish_reason":"length"}]}"#
        let page = try await page(harness, answer: answer, prompt: "<title>x</title> & \"more\" 'quotes'")
        for tag in try Self.tags(in: page) {
            #expect(Self.tags.contains(tag.name), "\(tag.name)")
            for attribute in tag.attributes {
                #expect(Self.attributes.contains(attribute.name), "\(attribute.name)")
                if attribute.name == "src" { #expect(attribute.value.hasPrefix("data:image/png;base64,")) }
            }
        }
        #expect(
            page.contains(
                "&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=https://evil.invalid/x onerror=&quot;alert(&#39;2&#39;)&quot;&gt;"
            ))
        #expect(page.contains("\u{FFFD}[31m\u{FFFD}\nline two &amp;amp;</p>"))
        #expect(page.contains("<dd dir=\"auto\">&lt;title&gt;x&lt;/title&gt; &amp; &quot;more&quot; &#39;quotes&#39;</dd>"))
        #expect(page.contains("<bdi>m&lt;1&gt;</bdi>") && page.contains("<title>a &amp; b: 1 prompt × 1 model</title>"))
        #expect(page.contains("<span class=\"flag\">truncated</span>"))
        #expect(!page.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test func theBrowserIsToldToLoadNothing() async throws {
        let harness = CommandHarness()
        harness.folder.write("photos/a.png", png("a"))
        let page = try await page(harness)
        let policy = try #require(
            try Self.tags(in: page).first { $0.attributes.contains { $0.value == "Content-Security-Policy" } }?.attributes.last?.value)
        #expect(policy.hasPrefix("default-src 'none'; img-src data:; style-src 'sha256-"))
        #expect(policy.hasSuffix("'; base-uri 'none'; form-action 'none'"))
        #expect(!page.contains("style=") && !page.contains("unsafe"))
    }

    @Test func tagsAreClosedInOrder() async throws {
        let harness = CommandHarness()
        for name in ["a", "b"] { harness.folder.write("photos/\(name).png", png(name)) }
        var open: [String] = []
        for tag in try Self.tags(in: await page(harness)) where !["!DOCTYPE", "meta", "img"].contains(tag.name) {
            if tag.isEnd { #expect(open.popLast() == tag.name) } else { open.append(tag.name) }
        }
        #expect(open.isEmpty)
    }

    @Test func largePhotographsAreShownByTheirThumbnails() async throws {
        let harness = CommandHarness()
        let exif: [UInt8] =
            Array("Exif\0\0".utf8) + [0x49, 0x49, 42, 0, 8, 0, 0, 0]
            + [1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 26, 0, 0, 0]
            + [2, 0, 1, 2, 4, 0, 1, 0, 0, 0, 56, 0, 0, 0, 2, 2, 4, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
            + [0xFF, 0xD8, 0xFF, 0xD9, 7, 7]
        let head: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif
        let filling = [UInt8](repeating: 0, count: PagePicture.small)
        let end: [UInt8] = [0xFF, 0xDA, 0, 2, 0xFF, 0xD9]
        harness.folder.write("photos/large.jpg", head + filling + end)
        harness.folder.write("photos/plain.jpg", [0xFF, 0xD8, 0xFF, 0xDB, 0, 2] + filling + end)
        harness.folder.write("photos/small.jpg", head + end)
        harness.folder.write("photos/huge.png", png("h") + [UInt8](repeating: 0, count: PagePicture.largest))
        harness.folder.write("photos/scan.tiff", [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        let page = try await page(harness)
        #expect(page.contains(#"<img class="turn6" alt="large.jpg" src="data:image/jpeg;base64,/9j/2QcH">"#))
        #expect(page.contains(#"<img alt="plain.jpg" src="data:image/jpeg;base64,/9j/2wAC"#))
        #expect(page.contains(#"<img alt="small.jpg" src="data:image/jpeg;base64,/9j/4Q"#))
        #expect(
            page.contains(#"<span class="note">cannot be read any more, or is too large to show</span></div><bdi class="key">huge.png"#))
        #expect(page.contains(#"<span class="note">browsers do not show TIFF</span></div><bdi class="key">scan.tiff"#))
        #expect(page.utf8.count < 600_000)
    }
}
