import CutlineCore
import Testing

@testable import CutlineProvider

/// The requests that the four providers' own pages show, made from what a user would give.
@Suite struct DocumentedRequestTests {
    private func request(
        _ model: String, _ prompt: String, _ image: ImageSource, maxTokens: Int? = nil, temperature: Double? = nil
    ) -> CaptionRequest {
        CaptionRequest(
            model: model, prompt: prompt, images: [image], parameters: Parameters(maxTokens: maxTokens, temperature: temperature))
    }

    /// The body as JSON, `BASE64` standing for a picture.
    private func json(_ call: Call) throws -> JSONValue { try JSONValue(parsing: call.body.shown.replacing("<p>", with: "BASE64").utf8) }

    private func expected(_ model: String, _ text: String, _ url: String, _ more: String = "") throws -> JSONValue {
        let parts = #"[{"type":"text","text":"\#(text)"},{"type":"image_url","image_url":{"url":"\#(url)"}}]"#
        return try JSONValue(parsing: #"{"model":"\#(model)","messages":[{"role":"user","content":\#(parts)}]\#(more)}"#.utf8)
    }

    @Test(arguments: [
        (ImageSource.url("https://example.com/image.jpg"), "https://example.com/image.jpg"),
        (.file(.make(named: "p")), "data:image/jpeg;base64,BASE64"),
    ])
    func hackClub(image: ImageSource, url: String) throws {
        let call = Call(
            request: request("google/gemini-2.5-flash", "What's in this image?", image), profile: try .builtIn("hackclub"), key: "KEY")
        #expect(call.address == "https://ai.hackclub.com/proxy/v1/chat/completions")
        #expect(call.headers["Authorization"] == ["Bearer KEY"] && call.headers["Content-Type"] == ["application/json"])
        let page = try expected("google/gemini-2.5-flash", "What's in this image?", url)
        #expect(try json(call) == page)
    }

    @Test(arguments: [
        (ImageSource.url("https://upload.wikimedia.org/a.jpg"), "https://upload.wikimedia.org/a.jpg"),
        (.file(.make(named: "p")), "data:image/jpeg;base64,BASE64"),
    ])
    func infron(image: ImageSource, url: String) throws {
        let call = Call(request: request("MODEL", "What's in this image?", image), profile: try .builtIn("infron"), key: "KEY")
        #expect(call.address == "https://llm.onerouter.pro/v1/chat/completions")
        #expect(call.headers["Authorization"] == ["Bearer KEY"])
        let page = try expected("MODEL", "What's in this image?", url, #","usage":{"include":true}"#)
        #expect(try json(call) == page)
    }

    /// The page recommends the system prompt where pictures must come first.
    @Test func infronWithThePicturesFirst() throws {
        var profile = try Profile.builtIn("infron")
        profile.images.order = .imagesInSystem
        let call = Call(request: request("m", "What is it?", .url("https://x/y")), profile: profile, key: "KEY")
        #expect(
            call.body.shown.hasPrefix(
                #"{"model":"m","messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://x/y"}}]},"#
                    + #"{"role":"user","content":[{"type":"text","text":"What is it?"}]}]"#))
    }

    @Test(arguments: [
        ("/api/v1/chat/completions", ImageSource.url("https://example.com/photo.jpg"), "https://example.com/photo.jpg"),
        // What an OpenAI client calls whose base URL is the page's.
        ("/v1/chat/completions", .file(.make(named: "p")), "data:image/jpeg;base64,BASE64"),
    ])
    func indoxHub(path: String, image: ImageSource, url: String) throws {
        var request = request("openai/gpt-4o", "What's in this image?", image, maxTokens: 300)
        _ = request.quirks.learn(.chatPath(path))
        let call = Call(request: request, profile: try .builtIn("indoxhub"), key: "KEY")
        #expect(call.address == "https://api.indoxhub.com" + path)
        #expect(call.headers["Authorization"] == ["Bearer KEY"])
        let page = try expected("openai/gpt-4o", "What's in this image?", url, #","max_tokens":300"#)
        #expect(try json(call) == page)
    }

    @Test(arguments: [
        (ImageSource.url("https://example.com/image.png"), "https://example.com/image.png"),
        (.file(.make(named: "p", .png)), "data:image/png;base64,BASE64"),
    ])
    func anyFast(image: ImageSource, url: String) throws {
        let call = Call(
            request: request("gemini-1.5-pro-latest", "What is in this image?", image, maxTokens: 400, temperature: 0.9),
            profile: try .builtIn("anyfast"), key: "KEY")
        #expect(call.address == "https://www.anyfast.ai/v1/chat/completions")
        #expect(call.headers["Authorization"] == ["Bearer KEY"])
        // `stream: false` is the page's default and not sent.
        let page = try expected("gemini-1.5-pro-latest", "What is in this image?", url, #","temperature":0.9,"max_tokens":400"#)
        #expect(try json(call) == page)
    }
}
