/// Text from outside as part of an HTML page.
enum HTML {
    /// Safe between tags and within quoted attributes. Control characters, which no page may hold, and those that turn the direction of
    /// what stands around them become U+FFFD; line breaks and tabs stay.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            default: escaped.unicodeScalars.append(isUnsafe(scalar.value) ? "\u{FFFD}" : scalar)
            }
        }
        return escaped
    }

    private static func isUnsafe(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
        // Noncharacters.
        case 0xFDD0...0xFDEF: true
        default: scalar & 0xFFFE == 0xFFFE
        }
    }
}
