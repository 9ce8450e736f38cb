/// Letters as the checks compare them: in lower case, full-width forms as usual ones, one form for each apostrophe and hyphen, accents that
/// stand by themselves joined to their letter, vowel signs of Arabic and Hebrew left out.
enum Folding {
    static func folded(_ scalar: UInt32) -> UInt32 {
        switch scalar {
        case 0x41...0x5A: scalar + 32
        case 0..<0xC0: scalar
        case 0xD7: scalar
        case 0xC0...0xDE: scalar + 32
        case 0xDF...0xFF: scalar
        case 0x2BC, 0x2018, 0x2019, 0xFF07: 0x27
        case 0x2010, 0x2011, 0xFF0D: 0x2D
        case 0x391...0x3A9: scalar + 32
        case 0x400...0x40F: scalar + 80
        case 0x410...0x42F: scalar + 32
        // Alef with and without hamza; the Persian and the Arabic yeh and kaf.
        case 0x622, 0x623, 0x625: 0x627
        case 0x430...0x45F, 0x600...0x10FF, 0x3000...0xD7FF: scalar
        case 0xFF21...0xFF3A: scalar - 0xFEE0 + 32
        case 0xFF01...0xFF5E: scalar - 0xFEE0
        default: lowered(scalar)
        }
    }

    private static func lowered(_ scalar: UInt32) -> UInt32 {
        guard let letter = Unicode.Scalar(scalar), letter.properties.changesWhenLowercased else { return scalar }
        return letter.properties.lowercaseMapping.unicodeScalars.first?.value ?? scalar
    }

    /// Letters of the commonest ranges, which need not be looked up; folded.
    static func isPlainLetter(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xDF...0xF6, 0xF8...0x24F, 0x3B1...0x3C9, 0x430...0x45F, 0x620...0x64A: true
        case 0x3041...0x3096, 0x30A1...0x30FA, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3: true
        default: false
        }
    }

    /// Neither seen nor compared: format characters, and marks that writers leave out as they like.
    static func isIgnored(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF, 0xFE00...0xFE0F: true
        case 0x591...0x5BD, 0x5BF, 0x5C1, 0x5C2, 0x640, 0x64B...0x65F, 0x670: true
        default: false
        }
    }

    /// The letter that a letter and a combining accent make; nil where there is none.
    static func composed(_ letter: UInt32, _ accent: UInt32) -> UInt32? {
        guard let letter = Unicode.Scalar(letter), let accent = Unicode.Scalar(accent) else { return nil }
        var pair = String.UnicodeScalarView()
        pair.append(letter)
        pair.append(accent)
        return compositions[String(pair)]
    }

    /// Texts are equal where they are the same in Unicode's canonical forms, so each letter is found by its parts.
    private static let compositions: [String: UInt32] = {
        var table: [String: UInt32] = [:]
        for range in [UInt32(0xE0)...0x24F, 0x390...0x3CE, 0x430...0x4FF, 0x1E00...0x1EFF] {
            for number in range {
                if let letter = Unicode.Scalar(number) { table[String(letter)] = number }
            }
        }
        return table
    }()
}
