import CutlineCore
import NIOHTTP1

/// What the body of an answer is, whatever its content type says.
enum AnswerContent {
    case empty, json(JSONValue), html(String), text(String), stream(EventStreamReader)

    init(_ answer: Answer) {
        let bytes = answer.body.starts(with: [0xEF, 0xBB, 0xBF]) ? answer.body.dropFirst(3) : answer.body[...]
        // Hack Club sends a space every ten seconds while the model works.
        let content = bytes.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        let type = answer.headers.first(name: "content-type")?.lowercased() ?? ""
        guard let first = content.first else {
            self = .empty
            return
        }
        if first == UInt8(ascii: "<") {
            self = .html(Self.text(content))
        } else if Self.isStream(content, isAnnounced: answer.isSuccess && type.contains("event-stream")) {
            var stream = EventStreamReader()
            stream.append(content)
            self = .stream(stream)
        } else {
            do {
                self = .json(try JSONValue(tolerating: content))
            } catch {
                self = type.contains("html") ? .html(Self.text(content)) : .text(Self.text(content))
            }
        }
    }

    /// A server that was asked for a stream may answer in one piece, and one that was not may stream.
    private static func isStream(_ content: ArraySlice<UInt8>, isAnnounced: Bool) -> Bool {
        if isAnnounced, content.first != UInt8(ascii: "{"), content.first != UInt8(ascii: "[") { return true }
        return ["data:", "event:", "id:", "retry:", ":"].contains { content.starts(with: $0.utf8) }
    }

    /// Enough to recognise what came instead of an answer.
    private static func text(_ content: ArraySlice<UInt8>) -> String { String(decoding: content.prefix(64 * 1_024), as: UTF8.self) }
}

extension String {
    /// Whether a page is the front of a web application or asks for a form's token: nobody there speaks an API.
    var isOfAnApplication: Bool {
        let text = lowercased()
        return ["csrf", "<script", "<noscript", "id=\"root\"", "id=\"app\"", "<title>index of", "<h1>index of", "welcome to nginx"]
            .contains(where: text.contains)
    }

    /// What a server says of itself at an address that is none of its API's.
    var isAGreeting: Bool {
        guard utf8.count < 100 else { return false }
        let text = asCaption.lowercased().filter { !".!\"".contains($0) }
        return [
            "ok", "okay", "healthy", "alive", "pong", "up", "running", "ready", "hello", "hello world", "it works", "not found", "404",
            "404 not found", "404 page not found", "method not allowed", "ollama is running", "litellm: running",
        ].contains(text)
    }
}

extension JSONValue {
    /// A list of models, a version or a sign of life in the place of a completion.
    var isAGreeting: Bool {
        guard let members = object,
            ["choices", "output", "data", "content", "response", "candidates", "promptFeedback"].allSatisfy({ members[$0] == nil })
        else { return self["object"]?.string == "list" && self["data"]?.array != nil && self["choices"] == nil }
        if ["status", "health", "message"].contains(where: { self[$0]?.string?.isAGreeting ?? false }) { return true }
        return members.count == 1 && members["version"]?.string != nil
    }
}
