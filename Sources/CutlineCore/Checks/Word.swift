/// What stands between two words.
struct Marks: OptionSet, Sendable {
    let rawValue: UInt8
    static let comma = Marks(rawValue: 1)
    /// A full stop, in any script, and what else ends a sentence quietly.
    static let stop = Marks(rawValue: 2)
    static let exclamation = Marks(rawValue: 4)
    static let colon = Marks(rawValue: 8)
    static let newline = Marks(rawValue: 16)
    static let quote = Marks(rawValue: 32)
    /// Between two letters, without a space: `well-known`.
    static let hyphen = Marks(rawValue: 64)

    static let sentenceEnd: Marks = [.stop, .exclamation, .newline]
    /// What divides a phrase.
    static let pause: Marks = [.comma, .stop, .exclamation, .colon]
}

/// A word of a text: what a space or a mark ends; in scripts without spaces each character.
struct Word: Sendable {
    enum Kind: UInt8, Sendable {
        case word, number
        /// Chinese, Japanese: a character, counted as a word as word processors do.
        case ideograph
        /// Thai, Lao, Khmer, Burmese: a letter; four of them are counted as a word.
        case syllable
    }

    /// Of the folded letters. Two words with one hash are taken for the same word.
    var hash: UInt64
    var kind: Kind
    var script: Script
    /// Letters, without marks; 255 for more.
    var letters: UInt8
    /// In front of it.
    var marks: Marks
    var isQuoted: Bool
    /// A few letters over and over, without an end.
    var isLoop: Bool
}

/// The writing systems that the checks tell apart.
enum Script: UInt8, Sendable, CaseIterable {
    case latin, cyrillic, greek, arabic, hebrew, devanagari, bengali, gurmukhi, gujarati, tamil, telugu, kannada, malayalam, sinhala
    case thai, lao, khmer, burmese, han, kana, hangul, armenian, georgian, ethiopic, other

    /// By ranges of code points: whole blocks, letters and marks alike.
    init(_ scalar: UInt32) {
        switch scalar {
        case 0x41...0x24F, 0x1E00...0x1EFF: self = .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
        case 0x400...0x52F: self = .cyrillic
        case 0x530...0x58F: self = .armenian
        case 0x590...0x5FF: self = .hebrew
        case 0x600...0x6FF, 0x750...0x77F, 0x8A0...0x8FF, 0xFB50...0xFDFF, 0xFE70...0xFEFE: self = .arabic
        case 0x900...0x97F: self = .devanagari
        case 0x980...0x9FF: self = .bengali
        case 0xA00...0xA7F: self = .gurmukhi
        case 0xA80...0xAFF: self = .gujarati
        case 0xB80...0xBFF: self = .tamil
        case 0xC00...0xC7F: self = .telugu
        case 0xC80...0xCFF: self = .kannada
        case 0xD00...0xD7F: self = .malayalam
        case 0xD80...0xDFF: self = .sinhala
        case 0xE00...0xE7F: self = .thai
        case 0xE80...0xEFF: self = .lao
        case 0x1000...0x109F: self = .burmese
        case 0x10A0...0x10FF: self = .georgian
        case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF: self = .hangul
        case 0x1200...0x139F: self = .ethiopic
        case 0x1780...0x17FF: self = .khmer
        case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: self = .kana
        case 0x3005, 0x3007, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: self = .han
        default: self = .other
        }
    }

    var kind: Word.Kind {
        switch self {
        case .han, .kana: .ideograph
        case .thai, .lao, .khmer, .burmese: .syllable
        case .latin, .cyrillic, .greek, .arabic, .hebrew, .devanagari, .bengali, .gurmukhi, .gujarati, .tamil, .telugu, .kannada,
            .malayalam, .sinhala, .hangul, .armenian, .georgian, .ethiopic, .other:
            .word
        }
    }
}
