import CutlineCore

extension Remedy {
    /// What a refusal for an unsupported parameter asks for; nil where it names none that was sent.
    ///
    /// `response_format` is never left out: the user would get something else than was asked for.
    ///
    /// - Parameter sent: names on the wire; `detail` stands for that of the pictures.
    init?(for report: ErrorReport, sent: Set<String>, quirks: Quirks) {
        let sent = sent.subtracting(["model", "messages", "response_format"])
        let words = report.message.wireNames
        guard let name = Self.culprit(report.parameter, words, sent) else { return nil }
        let other = ["max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"][name]
        let isAdvised = words.contains { $0.text == other }
        if let other, isAdvised || name == "max_completion_tokens" {
            // Refused under both names: no end would come of it.
            guard quirks.renamed[other] != name else { return nil }
            self = .rename(name, to: other)
        } else {
            self = .drop(name)
        }
    }

    private static func culprit(_ parameter: String?, _ words: [WireName], _ sent: Set<String>) -> String? {
        if let name = parameter.flatMap({ member(of: $0, sent) }) { return name }
        let candidates = words.filter { !$0.isAdvice }
        let marked = candidates.filter(\.isMarked)
        return (marked + candidates).lazy.compactMap { member(of: $0.text, sent) }.first
    }

    /// `usage` of `usage.include`, `detail` of `messages[0].content[1].image_url.detail`.
    private static func member(of path: String, _ sent: Set<String>) -> String? {
        let steps = path.split { ".[]/".contains($0) }.map(String.init)
        if steps.last == "detail" { return sent.contains("detail") ? "detail" : nil }
        return steps.first { sent.contains($0) }
    }
}

/// A word of a sentence that may be the name of a parameter.
private struct WireName {
    let text: String
    /// It stands in quotes or before a colon, as names do and prose does not.
    let isMarked: Bool
    /// It stands behind "use": what to send instead.
    let isAdvice: Bool
}

extension String {
    fileprivate var wireNames: [WireName] {
        var names: [WireName] = []
        var previous = ""
        var rest = prefix(2_000)
        while let start = rest.firstIndex(where: \.isOfWireName) {
            let before = start > rest.startIndex ? rest[rest.index(before: start)] : " "
            let word = rest[start...].prefix(while: \.isOfWireName)
            let after = word.endIndex < rest.endIndex ? rest[word.endIndex] : " "
            let text = word.hasSuffix(".") ? String(word.dropLast()) : String(word)
            names.append(
                WireName(text: text, isMarked: "'\"`".contains(before) || after == ":", isAdvice: previous.lowercased() == "use"))
            previous = text
            rest = rest[word.endIndex...]
        }
        return names
    }
}

extension Character {
    fileprivate var isOfWireName: Bool { isASCII && (isLetter || isNumber || "_.[]$-".contains(self)) }
}
