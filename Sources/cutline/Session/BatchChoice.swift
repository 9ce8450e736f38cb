import CutlineCore
import CutlineInput
import CutlineProvider

/// What a batch is asked: flags win over the job file, the job file over the batch as it was made before.
struct BatchChoice {
    let flags: CaptionOptions
    let jobFile: JobFile?
    let stored: BatchSettings?

    func settings(named name: String, catalogue: ProfileCatalogue, in environment: Environment) throws -> BatchSettings {
        let profile = try profile(from: catalogue)
        guard let model = flags.model ?? jobFile?.model ?? stored?.model else {
            throw CommandEnd.usage("which model? Give --model NAME, as \(profile.name) calls it")
        }
        guard let prompt = try prompt(in: environment) else {
            throw CommandEnd.usage("what to ask? Give --prompt TEXT or --prompt-file PATH")
        }
        return BatchSettings(
            name: name, profile: profile, model: model, system: flags.system ?? jobFile?.system ?? stored?.system, prompt: prompt,
            parameters: parameters, identity: flags.identity ?? stored?.identity ?? .bytes)
    }

    private func profile(from catalogue: ProfileCatalogue) throws -> Profile {
        if let name = flags.provider { return try builtIn(name, in: catalogue) }
        switch jobFile?.provider {
        case .named(let name): return try builtIn(name, in: catalogue)
        case .inline(let json): return try catalogue.resolve(inline: json)
        case nil: break
        }
        if let stored { return stored.profile }
        throw CommandEnd.usage("which provider? Give --provider NAME, one of \(catalogue.names.joined(separator: ", "))")
    }

    private func builtIn(_ name: String, in catalogue: ProfileCatalogue) throws -> Profile {
        if let profile = catalogue[name] { return profile }
        let known = "known: \(catalogue.names.joined(separator: ", ")); another one is described in a job file's `provider`"
        let sentence = "there is no provider \"\(name)\"; \(known)"
        throw flags.provider == nil ? CommandEnd.badInput(sentence) : CommandEnd.usage(sentence)
    }

    private func prompt(in environment: Environment) throws -> String? {
        if let file = flags.promptFile { return try TextFile.read(environment.path(file)) }
        return flags.prompt ?? jobFile?.prompt ?? stored?.prompt
    }

    private var parameters: Parameters {
        var parameters = jobFile?.parameters ?? stored?.parameters ?? Parameters()
        parameters.maxTokens = flags.maxTokens ?? parameters.maxTokens
        parameters.temperature = flags.temperature ?? parameters.temperature
        parameters.detail = flags.detail ?? parameters.detail
        return parameters
    }
}
