import CutlineCore
import NIOHTTP1

/// The headers that tell what limits leave, whoever names them: `x-ratelimit-remaining-requests`, `anthropic-ratelimit-input-tokens-reset`,
/// `x-ratelimitbysize-limit-minute`, `x-ratelimit-remaining-tokens-generated`, `RateLimit-Remaining`, `x-tokenlimit-remaining`.
///
/// A name is its parts in any order: what is told (limit, remaining, reset), of what, and of which window. A name with a part that is not
/// known speaks of something else.
struct LimitHeaders {
    /// What is said of one limit.
    struct Group {
        var kind: MeterKind
        /// By `limit`, `remaining` and `reset`.
        var texts: [String: String] = [:]
    }

    private(set) var groups: [Group] = []

    init(_ headers: HTTPHeaders) {
        var places: [String: Int] = [:]
        for (name, value) in headers {
            guard let told = Self.told(by: name) else { continue }
            let place = places[told.key] ?? groups.count
            if place == groups.count { groups.append(Group(kind: told.kind)) }
            places[told.key] = place
            groups[place].texts[told.word] = groups[place].texts[told.word] ?? value
        }
        shareReset(with: places["x-tokenlimit"])
    }

    /// Together tells one reset for calls and tokens.
    private mutating func shareReset(with tokens: Int?) {
        guard let tokens, groups[tokens].texts["reset"] == nil else { return }
        groups[tokens].texts["reset"] = groups.lazy.filter { $0.kind == .requests }.compactMap { $0.texts["reset"] }.first
    }

    private static let windows: Set<Substring> = ["second", "minute", "hour", "day", "month"]

    private static func told(by name: String) -> (key: String, word: String, kind: MeterKind)? {
        // Most headers are none of these.
        guard name.utf8.count < 80, name.utf8.contains(UInt8(ascii: "-")) else { return nil }
        let name = name.lowercased()
        guard name.contains("limit") else { return nil }
        let parts = name.replacing("rate-limit", with: "ratelimit").split(separator: "-")
        guard let base = parts.firstIndex(where: { ["ratelimit", "ratelimitbysize", "tokenlimit"].contains($0) }), base < 2,
            base == 0 || ["x", "anthropic"].contains(parts[0])
        else { return nil }
        let rest = parts[(base + 1)...]
        guard let word = rest.first(where: { ["limit", "remaining", "reset"].contains($0) }) else { return nil }
        let about = rest.filter { $0 != word }
        let things = about.filter { !windows.contains($0) }
        guard let kind = kind(of: things, countsTokens: parts[base] != "ratelimit") else { return nil }
        let key = (parts[...base] + about).joined(separator: "-")
        return (key, String(word), kind)
    }

    private static func kind(of things: [Substring], countsTokens: Bool) -> MeterKind? {
        let known: Set<Substring> = ["requests", "req", "tokens", "token", "input", "prompt", "output", "generated", "completion"]
        guard things.allSatisfy(known.contains) else { return nil }
        if things.contains(where: { ["input", "prompt"].contains($0) }) { return .inputTokens }
        if things.contains(where: { ["output", "generated", "completion"].contains($0) }) { return .outputTokens }
        return countsTokens || things.contains { $0.hasPrefix("token") } ? .tokens : .requests
    }
}
