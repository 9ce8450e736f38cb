import CutlineCore
import SystemPackage
import Testing

@testable import CutlineProvider

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What is sent to each built-in provider, to the letter. After a change that is meant:
/// `CUTLINE_RECORD=1 swift test --filter GoldenRequestTests`, and look at the difference.
@Suite struct GoldenRequestTests {
    private static let names = [
        "hackclub", "infron", "indoxhub", "anyfast", "openai", "openrouter", "gemini", "anthropic", "mistral", "groq", "together",
        "fireworks", "azure", "ollama", "vllm", "llamacpp", "lmstudio", "litellm", "simulator",
    ]

    @Test func everyProfileHasItsGoldenFile() throws { #expect(try ProfileCatalogue.builtIn().names == Self.names) }

    @Test(arguments: names)
    func requestsAreAsRecorded(name: String) throws {
        var profile = try Profile.builtIn(name)
        profile.baseURL = profile.baseURL ?? profile.baseURLExample ?? "http://127.0.0.1:8000/v1"
        let text = Self.sections(profile).map { "## \($0)\n\n\(Self.text($1))\n" }.joined(separator: "\n")
        let golden = FilePath(#filePath).removingLastComponent().appending("Golden").appending("request-\(name).txt")
        if ProcessInfo.processInfo.environment["CUTLINE_RECORD"] != nil {
            let file = try FileDescriptor.open(
                golden, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(text.utf8) }
        }
        let recorded = try String(contentsOfFile: golden.string, encoding: .utf8)
        #expect(text == recorded)
    }

    private static func sections(_ profile: Profile) -> [(String, Call)] {
        let plain = CaptionRequest(
            model: "vendor/model", prompt: "What is it?", images: [.file(.make(named: "a.jpg"))])
        var whole = CaptionRequest(
            model: "vendor/model", system: "Be brief.", prompt: "a\u{e9} \"q\" \u{1F600}\n",
            images: [.file(.make(named: "a.png", .png)), .url("https://x.invalid/b?c=d&e=f"), .file(.make(named: "c.jpg"))],
            parameters: parameters)
        let everything = Call(request: whole, profile: profile, key: "KEY")
        for remedy in [Remedy.rename("max_tokens", to: "max_completion_tokens"), .drop("temperature"), .drop("seed"), .drop("detail")] {
            _ = whole.quirks.learn(remedy)
        }
        _ = whole.quirks.learn(.chatPath(profile.chatPaths[profile.chatPaths.count - 1]))
        var streaming = profile
        streaming.streams = true
        return [
            ("one picture", Call(request: plain, profile: profile, key: "KEY")),
            ("system text, three pictures, every parameter", everything),
            (
                "the same, where max_tokens was renamed, temperature, seed and detail refused, and the last path answers",
                Call(request: whole, profile: profile, key: "KEY")
            ),
            ("streamed, without a key", Call(request: plain, profile: streaming, key: nil)),
        ]
    }

    private static let parameters = Parameters(
        maxTokens: 300, temperature: 0.2, detail: .low,
        others: [
            "top_p": .number(0.9), "seed": .integer(7), "stop": .array([.string("\n"), .string("END")]),
            "response_format": .object(["type": .string("json_object")]), "metadata": .object(["a": .null]),
        ])

    /// With `<name>` where a picture's base64 goes.
    private static func text(_ call: Call) -> String {
        let headers = call.headers.map { "\($0.name): \($0.value)\n" }.sorted().joined()
        return "POST \(call.address)\n\(headers)\n\(call.body.shown)"
    }
}

extension RequestBody {
    /// The body with `<name>` where a picture's base64 goes.
    var shown: String {
        parts.map { part in
            switch part {
            case .text(let bytes): String(decoding: bytes, as: UTF8.self)
            case .picture(let file): "<\(file.path.string)>"
            case .prepared(_, let file): "<made of \(file.path.string)>"
            }
        }.joined()
    }
}
