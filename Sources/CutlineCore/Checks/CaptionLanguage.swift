/// A language that captions can be asked for, by its ISO 639-1 code.
package struct CaptionLanguage: Codable, Hashable, Sendable {
    package let code: String

    /// - Parameter tag: `de`, or with a region or script (`pt-BR`, `zh-Hant`), which are overlooked. Nil for a language that cannot be checked.
    package init?(_ tag: String) {
        let code = String(tag.lowercased().prefix { $0 != "-" && $0 != "_" })
        guard Self.scripts[code] != nil else { return nil }
        self.code = code
    }

    /// All codes, in order.
    package static var codes: [String] { scripts.keys.sorted() }

    /// What it is written in. A code of an older or newer build counts as unknown: nothing is then said of a caption.
    var script: Script? { Self.scripts[code] }

    package init(from decoder: any Decoder) throws { code = try decoder.singleValueContainer().decode(String.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }

    static let scripts: [String: Script] = [
        "ar": .arabic, "be": .cyrillic, "bg": .cyrillic, "bn": .bengali, "ca": .latin, "cs": .latin, "da": .latin, "de": .latin,
        "el": .greek, "en": .latin, "es": .latin, "et": .latin, "fa": .arabic, "fi": .latin, "fr": .latin, "gu": .gujarati, "he": .hebrew,
        "hi": .devanagari, "hr": .latin, "hu": .latin, "hy": .armenian, "id": .latin, "it": .latin, "ja": .kana, "ka": .georgian,
        "km": .khmer, "kn": .kannada, "ko": .hangul, "lo": .lao, "lt": .latin, "lv": .latin, "ml": .malayalam, "mr": .devanagari,
        "my": .burmese, "nb": .latin, "ne": .devanagari, "nl": .latin, "no": .latin, "pa": .gurmukhi, "pl": .latin, "pt": .latin,
        "ro": .latin, "ru": .cyrillic, "si": .sinhala, "sk": .latin, "sl": .latin, "sr": .cyrillic, "sv": .latin, "ta": .tamil,
        "te": .telugu, "th": .thai, "tr": .latin, "uk": .cyrillic, "ur": .arabic, "vi": .latin, "zh": .han,
    ]
}
