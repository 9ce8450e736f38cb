import CutlineCore

/// One model of a provider's list. What the list does not say is nil, never false or 0.
package struct ModelEntry: Hashable, Sendable {
    /// As a request names it.
    package var id: String
    package var name: String?
    /// Whether it takes pictures and answers with text.
    package var vision: Bool?
    package var contextLength: Int?
    package var maxOutputTokens: Int?
    package var inputPerMillion: Money?
    package var outputPerMillion: Money?
    package var cachedInputPerMillion: Money?
    /// What gateways state as the price of a usual picture. Its tokens are among the input tokens, so it is shown and not added.
    package var image: Money?
    package var request: Money?

    package init(id: String) { self.id = id }

    /// For computing costs; nil unless both directions have a price.
    package var price: Price? {
        guard let inputPerMillion, let outputPerMillion else { return nil }
        return Price(
            inputPerMillion: inputPerMillion, outputPerMillion: outputPerMillion, cachedInputPerMillion: cachedInputPerMillion,
            perRequest: request)
    }

    /// Takes from another entry of the same model what this one does not say.
    mutating func fillGaps(from other: ModelEntry) {
        name = name ?? other.name
        vision = vision ?? other.vision
        contextLength = contextLength ?? other.contextLength
        maxOutputTokens = maxOutputTokens ?? other.maxOutputTokens
        cachedInputPerMillion = cachedInputPerMillion ?? other.cachedInputPerMillion
        image = image ?? other.image
        request = request ?? other.request
        guard price == nil else { return }
        inputPerMillion = inputPerMillion ?? other.inputPerMillion
        outputPerMillion = outputPerMillion ?? other.outputPerMillion
    }
}
