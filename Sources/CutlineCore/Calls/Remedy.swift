/// A change of the request that a provider's refusal asks for. The refused call was not billed; the next one is sent changed.
package enum Remedy: Codable, Hashable, Sendable {
    /// Leave this member out of the body: the model does not take it.
    case drop(String)
    /// Send this member under another name: `max_tokens` as `max_completion_tokens`.
    case rename(String, to: String)
    /// Call this path of the profile's `chat_paths` instead: the one that was called is none of this provider's.
    case chatPath(String)
}

/// What a lane has learned of one model: how its requests differ from what the profile says.
package struct Quirks: Codable, Hashable, Sendable {
    /// Members that are left out of the body.
    package private(set) var dropped: Set<String> = []
    /// Members that are sent under another name.
    package private(set) var renamed: [String: String] = [:]
    /// The chat path that answered; nil: the profile's first.
    package private(set) var chatPath: String?

    package init() {}

    var withoutChatPath: Quirks {
        var quirks = self
        quirks.chatPath = nil
        return quirks
    }

    /// False where this was known already.
    package mutating func learn(_ remedy: Remedy) -> Bool {
        let before = self
        switch remedy {
        case .drop(let name): dropped.insert(name)
        case .rename(let name, let other): renamed[name] = other
        case .chatPath(let path): chatPath = path
        }
        return self != before
    }
}
