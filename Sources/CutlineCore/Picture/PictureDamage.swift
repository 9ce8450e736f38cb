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
}
