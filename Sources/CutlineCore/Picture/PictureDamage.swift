/// Why a picture cannot be decoded whole.
package enum PictureDamage: String, Codable, CaseIterable, Sendable {
    /// It ends before its format says that it does.
    case cutOff = "cut_off"

    /// What is said of the file, behind its name.
    package var words: String {
        switch self {
        case .cutOff: "is cut off: its last part is missing"
        }
    }

    /// Why a picture of this name is not sent, and what a person can do.
    package func refusal(of name: String) -> String {
        "\(name) \(words); restore it and run again, or send it as it is with --damaged send"
    }
}
