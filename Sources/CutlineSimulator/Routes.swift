/// Which address is what in a dialect.
struct Routes: Sendable {
    enum Place {
        case chat(Wire)
        /// The model list, as JSON.
        case models(String)
        case slashMissing
        /// Of a key for a token.
        case exchange
        case nothing
    }

    let dialect: SimulatorOptions.Dialect
    let wire: Wire

    init(_ dialect: SimulatorOptions.Dialect) {
        self.dialect = dialect
        wire = dialect.wire
    }

    func place(_ path: String) -> Place {
        if path == wire.base + wire.chatPath { return .chat(wire) }
        if path == wire.base + wire.modelsPath { return .models(wire.models.body) }
        if dialect.exchangesKeys || dialect.answersEverywhere, let place = indoxHub(path) { return place }
        switch dialect {
        case .openai, .simulator:
            return path == "/chat/completions" ? .chat(wire) : path == "/models" ? .models(wire.models.body) : .nothing
        case .lmstudio: return path == "/api/v0/models" ? .models(ServedModels.lmStudio) : .nothing
        case .hackclub, .infron, .indoxhub, .indoxhubB, .indoxhubC, .anyfast, .openrouter, .gemini, .anthropic, .mistral, .groq, .together,
            .fireworks, .azure, .ollama, .vllm, .llamacpp, .litellm:
            return .nothing
        }
    }

    private func indoxHub(_ path: String) -> Place? {
        switch path {
        case "/api/v1/chat/completions/": .chat(.indoxHubA)
        case "/api/v1/chat/completions": .slashMissing
        case "/v1/chat/completions": .chat(.indoxHubC)
        case "/api/v1/auth/api-key/": .exchange
        default: nil
        }
    }
}
