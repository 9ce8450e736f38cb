import CutlineCore

extension Wire {
    /// What this dialect does not take, in the order in which it would be noticed.
    func objection(to request: ChatRequest) -> ScriptedRefusal? {
        reasoningObjection(to: request) ?? visionObjection(to: request) ?? pictureObjection(to: request)
    }

    private func reasoningObjection(to request: ChatRequest) -> ScriptedRefusal? {
        guard hasReasoningModels, request.asksAReasoningModel else { return nil }
        if request.parameters.contains("max_tokens") {
            return ScriptedRefusal(
                name: .unsupportedParameter,
                message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                param: "max_tokens")
        }
        guard let temperature = request.temperature, temperature != 1 else { return nil }
        return ScriptedRefusal(
            name: .unsupportedParameter,
            message:
                "Unsupported value: 'temperature' does not support \(temperature) with this model. Only the default (1) value is supported.",
            param: "temperature", code: "unsupported_value")
    }

    private func visionObjection(to request: ChatRequest) -> ScriptedRefusal? {
        request.pictures.isEmpty || request.modelName != "sim-text" ? nil : ScriptedRefusal(name: .noVision)
    }

    private func pictureObjection(to request: ChatRequest) -> ScriptedRefusal? {
        if let most = pictures.most, request.pictures.count > most {
            return .invalidRequest("At most \(most) images are allowed in one request; \(request.pictures.count) were sent.")
        }
        if pictures.inlineOnly, request.pictures.contains(where: { $0.url != nil }) { return ScriptedRefusal(name: .imageRejected) }
        guard let refused = request.pictures.first(where: { pictures.refused.contains($0.format) }) else { return nil }
        return .invalidImage("Unsupported image format: \(refused.format.mimeType).")
    }
}

extension ChatRequest {
    /// The model's name without its maker's.
    var modelName: Substring { model.split(separator: "/").last ?? "" }

    /// o1, o3-mini, gpt-5 and their like.
    fileprivate var asksAReasoningModel: Bool {
        modelName.hasPrefix("gpt-5") || (modelName.first == "o" && modelName.dropFirst().first?.isNumber == true)
    }
}
