extension SimulatorOptions {
    /// Whose wire is spoken: the names of the profiles. IndoxHub answers in three forms: the text under `data` (`indoxhub`), an
    /// object like OpenAI's Responses (`indoxhub:b`), and chat completions (`indoxhub:c`).
    package enum Dialect: String, CaseIterable, Sendable {
        case hackclub, infron, indoxhub
        case indoxhubB = "indoxhub:b"
        case indoxhubC = "indoxhub:c"
        case anyfast, openai, openrouter, gemini, anthropic, mistral, groq, together, fireworks, azure, ollama, vllm, llamacpp, lmstudio,
            litellm
        /// OpenAI's form without anything that it needs not have: what the profile `simulator` meets.
        case simulator
    }
}

extension SimulatorOptions.Dialect {
    var wire: Wire {
        switch self {
        case .hackclub: .hackClub
        case .infron: .infron
        case .indoxhub: .indoxHubA
        case .indoxhubB: .indoxHubB
        case .indoxhubC: .indoxHubC
        case .anyfast: .newAPI
        case .openai: .openAI
        case .openrouter: .openRouter
        case .gemini: .gemini
        case .anthropic: .anthropic
        case .mistral: .mistral
        case .groq: .groq
        case .together: .together
        case .fireworks: .fireworks
        case .azure: .azure
        case .ollama: .ollama
        case .vllm: .vLLM
        case .llamacpp: .llamaCpp
        case .lmstudio: .lmStudio
        case .litellm: .liteLLM
        case .simulator: .simulator
        }
    }

    /// Whether keys can be exchanged for tokens.
    var exchangesKeys: Bool { [.indoxhub, .indoxhubB, .indoxhubC].contains(self) }
    /// These two also answer at IndoxHub's address and at the bare `/chat/completions`.
    var answersEverywhere: Bool { self == .openai || self == .simulator }
}
