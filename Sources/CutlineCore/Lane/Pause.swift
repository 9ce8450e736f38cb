/// Why a lane, or one of its models, sends nothing until a person acts.
package struct Pause: Codable, Hashable, Sendable {
    package var kind: FailureClass
    /// The provider's own sentence.
    package var message: String
    /// The only model that it stops; nil: the lane.
    package var model: String?
    /// Whether answers that were cut at the token limit are the cause; nil: they are not.
    package var answersAreCut: Bool?

    package init(kind: FailureClass, message: String, model: String? = nil, answersAreCut: Bool? = nil) {
        self.kind = kind
        self.message = message
        self.model = model
        self.answersAreCut = answersAreCut
    }
}
