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
