/// Duds of one model in a row, alike and with no caption of that model between them: the request brings them about, and not the pictures.
struct DudStreak: Codable, Hashable, Sendable {
    private let kind: FailureClass
    /// Whether the token limit cut them.
    private let isCut: Bool
    private var count = 1

    static let limit = 5

    init(_ dud: Failure) {
        kind = dud.kind
        isCut = dud.finishReason == .length
    }

    mutating func add(_ dud: Failure) {
        let next = DudStreak(dud)
        guard (next.kind, next.isCut) == (kind, isCut) else { return self = next }
        count = min(count + 1, Self.limit)
    }

    /// A person lifted the pause: one more dud alike brings it back.
    mutating func resume() { count = min(count, Self.limit - 1) }

    func pause(after dud: Failure, of model: String) -> Pause? {
        guard count == Self.limit else { return nil }
        let message = "\(count) answers of \(model) in a row were paid for and brought no caption; the last: \(dud.message)"
        return Pause(kind: kind, message: message, model: model, answersAreCut: isCut ? true : nil)
    }
}
