import CutlineCore
import Foundation

/// A caption by hand with the flags that a careful person would give it.
struct Example: Sendable, CustomStringConvertible {
    let section: String
    let caption: Caption
    let expected: [CaptionFlag]
    let found: [CaptionFlag]

    var description: String { "\(section): \(caption.text.prefix(90))" }
}

extension Example {
    /// Reads a file of examples: sections that begin with `== name` and settings (`prompt: …`), then a line each, `flags | caption`. In captions
    /// and prompts `\n` is a line break, `\u200B` a code point, and `{{…}}*12` stands twelve times.
    static func all(in name: String) throws -> [Example] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
        var (section, settings, examples) = ("", [String: String](), [Example]())
        var checks: CaptionChecks?
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init) {
            if line.hasPrefix("== ") {
                (section, settings, checks) = (String(line.dropFirst(3)), [:], nil)
            } else if let bar = line.firstRange(of: " | "), let flags = CaptionFlag.list(line[..<bar.lowerBound]) {
                let made = checks ?? CaptionChecks(settings)
                checks = made
                let caption = Caption(
                    text: unfolded(String(line[bar.upperBound...])), finishReason: settings["finish"].flatMap(FinishReason.init) ?? .stop)
                examples.append(Example(section: section, caption: caption, expected: flags, found: made.flags(of: caption)))
            } else if let colon = line.firstRange(of: ": ") {
                settings[String(line[..<colon.lowerBound])] = unfolded(String(line[colon.upperBound...]))
            }
        }
        return examples
    }

    private static func unfolded(_ text: String) -> String {
        var text = text.replacingOccurrences(of: "\\n", with: "\n").replacingOccurrences(of: "\\\\\"", with: "\\\"")
        while let start = text.range(of: "{{"), let end = text.range(of: "}}*", range: start.upperBound..<text.endIndex) {
            let digits = text[end.upperBound...].prefix(while: \.isNumber)
            let loop = String(repeating: String(text[start.upperBound..<end.lowerBound]), count: Int(digits) ?? 1)
            text.replaceSubrange(start.lowerBound..<digits.endIndex, with: loop)
        }
        while let start = text.range(of: "\\u") {
            let code = text[start.upperBound...].prefix(4)
            text.replaceSubrange(start.lowerBound..<code.endIndex, with: String(Unicode.Scalar(UInt32(code, radix: 16)!)!))
        }
        return text
    }
}

extension CaptionFlag {
    /// `-` or `refusal, language`; nil for anything else.
    fileprivate static func list(_ text: Substring) -> [CaptionFlag]? {
        if text == "-" { return [] }
        let flags = text.split(separator: ", ").map { CaptionFlag(rawValue: String($0)) }
        return flags.contains(nil) ? nil : flags.compactMap(\.self).sorted { $0.rawValue < $1.rawValue }
    }
}

extension CaptionChecks {
    fileprivate init(_ settings: [String: String]) {
        let rules = CheckRules(
            minWords: settings["min"].flatMap { Int($0) }, maxWords: settings["max"].flatMap { Int($0) },
            language: settings["language"].flatMap { CaptionLanguage($0) },
            bannedPhrases: settings["banned"]?.components(separatedBy: "; "))
        let format = settings["json"].map { _ in ["response_format": JSONValue.object(["type": .string("json_object")])] }
        self.init(rules: rules, prompt: settings["prompt"] ?? "", system: settings["system"], parameters: Parameters(others: format ?? [:]))
    }
}

/// How often a check was right: what it found of what it should have found, and what was not wrong of what it found.
struct Score: Hashable {
    var (right, wrong, missed) = (0, 0, 0)

    /// In whole percent, rounded down; 100 of nothing.
    var precision: Int { right + wrong == 0 ? 100 : right * 100 / (right + wrong) }
    var recall: Int { right + missed == 0 ? 100 : right * 100 / (right + missed) }

    init(_ flag: CaptionFlag, _ examples: [Example]) {
        for example in examples {
            switch (example.expected.contains(flag), example.found.contains(flag)) {
            case (true, true): right += 1
            case (false, true): wrong += 1
            case (true, false): missed += 1
            case (false, false): break
            }
        }
    }
}
