/// Whether a job is sent before or after the others that wait. What goes first is smaller; the number is what the queue keeps.
package enum Priority: Int, CaseIterable, Comparable, Sendable {
    case high = -1
    case normal = 0
    case low = 1

    /// As people, flags and JSON call it.
    package var word: String {
        switch self {
        case .high: "high"
        case .normal: "normal"
        case .low: "low"
        }
    }

    package static let words = allCases.map(\.word)

    package init?(word: String) {
        guard let priority = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = priority
    }

    package static func < (one: Priority, other: Priority) -> Bool { one.rawValue < other.rawValue }
}
