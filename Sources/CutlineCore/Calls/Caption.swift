/// The accepted text of a job and what came with it.
package struct Caption: Codable, Hashable, Sendable {
    /// Outer white space trimmed, NUL dropped, without what is no part of a caption: thinking, a model's own marks, and where JSON was asked for
    /// what stands around it.
    package var text: String
    /// The answer as it came, where it differs.
    package var raw: String?
    package var finishReason: FinishReason?
    /// The model that answered, where the provider says so.
    package var resolvedModel: String?
    package var usage: Usage
    package var requestID: String?
    /// What the provider said of its limits beside it.
    package var announced: Announced?
    /// What the checks said when it was stored (`CaptionChecks`); empty on its way there, and no part of what is sent along.
    package var flags: [CaptionFlag] = []

    private enum CodingKeys: CodingKey {
        case text, raw, finishReason, resolvedModel, usage, requestID, announced
    }

    package init(
        text: String, raw: String? = nil, finishReason: FinishReason? = nil, resolvedModel: String? = nil, usage: Usage = Usage(),
        requestID: String? = nil, announced: Announced? = nil, flags: [CaptionFlag] = []
    ) {
        self.text = text
        self.raw = raw
        self.finishReason = finishReason
        self.resolvedModel = resolvedModel
        self.usage = usage
        self.requestID = requestID
        self.announced = announced
        self.flags = flags
    }
}
