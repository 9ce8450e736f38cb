/// What a call sends, as far as it costs.
package struct CallSize: Hashable, Sendable {
    package var promptBytes: Int
    package var images: Int
    /// Whether the request carries the limit on its answer: a model may refuse it.
    package var limitsAnswer: Bool
    /// The longest answer, where this call allows another one than the batch.
    package var outputTokens: Int?

    package init(promptBytes: Int, images: Int, limitsAnswer: Bool = true, outputTokens: Int? = nil) {
        self.promptBytes = promptBytes
        self.images = images
        self.limitsAnswer = limitsAnswer
        self.outputTokens = outputTokens
    }
}
