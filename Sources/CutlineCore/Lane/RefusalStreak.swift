/// Refusals for one and the same reason, of different jobs in a row: where five are refused alike, the request is wrong and not the picture.
struct RefusalStreak: Codable, Hashable, Sendable {
    private var kind: FailureClass?
    private var sentence = ""
    private(set) var count = 0

    static let limit = 5

    /// Counts a refused call.
    mutating func add(_ failure: Failure) {
        guard Self.concernsTheRequest(failure) else { return self = RefusalStreak() }
        if matches(failure) {
            count += 1
        } else {
            (kind, sentence, count) = (failure.kind, Self.skeleton(failure.message), 1)
        }
    }

    func matches(_ failure: Failure) -> Bool { kind == failure.kind && sentence == Self.skeleton(failure.message) }

    /// A picture can be at fault for any other class, in as many jobs as there are bad pictures.
    private static func concernsTheRequest(_ failure: Failure) -> Bool {
        switch failure.kind {
        case .invalidRequest, .unsupportedParameter, .noVision: true
        default: false
        }
    }

    /// The sentence without what differs from call to call: numbers, identifiers, addresses.
    private static func skeleton(_ message: String) -> String {
        message.split { " ()[]{}<>,;\"'`".contains($0) }.filter { word in word.allSatisfy { $0.isLetter || ".:!?-_".contains($0) } }
            .joined(separator: " ").lowercased()
    }
}
