import CutlineCore

/// An answer that came as server-sent events.
enum JoinedEvents {
    /// The body that the same answer would have without streaming; nil where the stream broke off before its end.
    static func body(of events: [UInt8]) -> [UInt8]? {
        var answer = Joined()
        for line in events.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard line.starts(with: "data:".utf8) else { continue }
            let data = line.dropFirst(5).drop { $0 == 0x20 }
            if data.starts(with: "[DONE]".utf8) {
                answer.isComplete = true
            } else if let event = try? JSONValue(parsing: data) {
                // What is not JSON is no piece of an answer.
                if event["error"] != nil { return Array(event.text.utf8) }
                answer.append(event)
            }
        }
        return answer.isComplete ? answer.body : nil
    }

    private struct Joined {
        var text = ""
        var members: [String: JSONValue] = [:]
        var finishReason: JSONValue?
        var isComplete = false

        mutating func append(_ event: JSONValue) {
            // The last usage counts: some servers add up, piece by piece.
            for name in ["id", "model", "usage"] { members[name] = event[name] ?? members[name] }
            guard let choice = event["choices"]?[0] else { return }
            text += choice["delta"]?["content"]?.string ?? ""
            finishReason = choice["finish_reason"] ?? finishReason
            if finishReason != nil { isComplete = true }
        }

        var body: [UInt8] {
            var choice: [String: JSONValue] = ["message": .object(["content": .string(text)])]
            choice["finish_reason"] = finishReason
            var members = members
            members["choices"] = .array([.object(choice)])
            return Array(JSONValue.object(members).text.utf8)
        }
    }
}
