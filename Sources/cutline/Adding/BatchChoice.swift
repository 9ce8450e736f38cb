import CutlineCore
import CutlineInput
import CutlineProvider
import CutlineQueue

/// What a batch is asked: flags win over the job file, the job file over the batch as it was made before, and that over what the lines
/// of a manifest ask for themselves.
struct BatchChoice {
    let flags: CaptionOptions
    let sending: SendingOptions
    let price: PriceOptions
    let plan: InputPlan
    /// The batch of this name as it was made, so that flags need not be repeated.
    let stored: BatchSettings?
    let environment: Environment

    private var jobFile: JobFile? { plan.jobFile }

    func settings(named name: String, catalogue: ProfileCatalogue) throws -> BatchSettings {
        var profile = try profile(from: catalogue)
        profile.streams = jobFile?.streams ?? profile.streams
        profile = sending.applied(to: profile)
        guard let model = flags.model ?? jobFile?.model ?? stored?.model ?? plan.stated?.model else {
            throw CommandEnd.usage("which model? Give --model NAME, as \(profile.name) calls it\(orInJobFile("model"))")
        }
        guard let prompt = try prompt() else {
            throw CommandEnd.usage("what to ask? Give --prompt TEXT or --prompt-file PATH\(orInJobFile("prompt"))")
        }
        let parameters = try parameters()
        return BatchSettings(
            name: name, profile: priced(profile, model: model), model: model, system: system, prompt: prompt, parameters: parameters,
            identity: flags.identity ?? stored?.identity ?? .bytes,
            preparation: try preparation(of: model, detail: parameters.detail, by: profile.images))
    }

    /// What is said of pictures, by flags over the job file.
    var preparing: PreparationWish { flags.pictures.wish.over(jobFile?.preparing ?? PreparationWish()) }

    private func preparation(of model: String, detail: ImageDetail?, by rules: ImageRules) throws -> Preparation? {
        if let objection = preparing.objection { throw CommandEnd.usage("--prepare: \(objection)") }
        // Numbers of another model are not this one's.
        let known = stored.flatMap { $0.model == model ? .some($0.preparation) : nil }
        return preparing.preparation(over: known, of: model, detail: detail, by: rules)
    }

    /// With the price that was given, now or else at an earlier run.
    private func priced(_ profile: Profile, model: String) -> Profile {
        var profile = profile
        profile.listedPrices = stored?.profile.listedPrices
        if profile.prices?[model] == nil, let earlier = stored?.profile.prices?[model] {
            profile.prices = (profile.prices ?? [:]).merging([model: earlier]) { $1 }
        }
        return price.applied(to: profile, model: model)
    }

    private func profile(from catalogue: ProfileCatalogue) throws -> Profile {
        if let name = flags.provider {
            guard let profile = catalogue[name] else { throw CommandEnd.usage(Self.unknown(name, catalogue)) }
            return profile
        }
        if let jobFile, let choice = jobFile.provider { return try profile(choice, at: "provider", of: jobFile, catalogue) }
        if let stored { return stored.profile }
        let names = catalogue.names.joined(separator: ", ")
        throw CommandEnd.usage("which provider? Give --provider NAME, one of \(names)\(orInJobFile("provider"))")
    }

    /// Where jobs go that failed for good, as the job file says it; nil where there is no job file.
    func fallback(of settings: BatchSettings, catalogue: ProfileCatalogue) throws -> [RouteDraft]? {
        guard let jobFile else { return nil }
        var seen: Set = [Asked(provider: settings.profile.name, model: settings.model)]
        return try jobFile.fallback.map { item in
            let profile = try profile(item.provider, at: "\(item.path).provider", of: jobFile, catalogue)
            guard seen.insert(Asked(provider: profile.name, model: item.model)).inserted else {
                throw CommandEnd.badInput(
                    "the job file \(environment.shortName(of: jobFile.path)) cannot be used, \(item.path): \(profile.name), \(Words.clean(item.model)) is asked before it already"
                )
            }
            return RouteDraft(profile: profile, model: item.model, price: item.price)
        }
    }

    private func profile(_ choice: JobFile.ProviderChoice, at path: String, of file: JobFile, _ catalogue: ProfileCatalogue) throws
        -> Profile
    {
        let name = environment.shortName(of: file.path)
        switch choice {
        case .named(let provider):
            if let profile = catalogue[provider] { return profile }
            throw CommandEnd.badInput("the job file \(name) cannot be used, \(path): \(Self.unknown(provider, catalogue))")
        case .inline(let json):
            do throws(InvalidValue) { return try catalogue.resolve(inline: json, in: jobFile?.folder) } catch {
                throw CommandEnd.badInput("the job file \(name) cannot be used, \(error)")
            }
        }
    }

    private static func unknown(_ name: String, _ catalogue: ProfileCatalogue) -> String {
        let near = Nearest.to(name, among: catalogue.names).map { "did you mean \($0)? Known are" } ?? "known are"
        return
            "there is no provider \"\(Words.clean(name))\"; \(near) \(catalogue.names.joined(separator: ", ")), and a job file's `provider` can describe another one"
    }

    private func prompt() throws -> String? {
        guard let name = flags.promptFile else { return flags.prompt ?? jobFile?.prompt ?? stored?.prompt ?? rowsPrompt }
        do throws(InputError) {
            let prompt = try TextFile.read(environment.path(name))
            if !prompt.isEmpty { return prompt }
        } catch {
            throw CommandEnd.badInput("--prompt-file: \(error); give a text file, or --prompt TEXT")
        }
        throw CommandEnd.badInput("--prompt-file: \(name) is empty; write the prompt into it, or give --prompt TEXT")
    }

    /// Empty: each row must bring its own.
    private var rowsPrompt: String? { plan.hasRows ? "" : nil }

    /// A job file says all that is optional itself: what was taken out of it is gone.
    private var system: String? { flags.system ?? (jobFile == nil ? stored.map(\.system) ?? plan.stated?.system : jobFile?.system) }

    private func parameters() throws -> Parameters {
        var parameters = jobFile?.parameters ?? stored?.parameters ?? plan.stated?.parameters ?? Parameters()
        do throws(InvalidValue) {
            let given = Dictionary(flags.parameters.map { ($0.name, $0.value) }) { $1 }
            parameters = try parameters.merged(with: JSONCursor(.object(given), path: ""))
        } catch { throw CommandEnd.usage("--parameter \(error.path): \(error.reason)") }
        if let name = flags.schema {
            parameters.others["response_format"] = try responseFormat(schema: name)
        } else {
            do throws(InvalidValue) { _ = try JSONSchema(responseFormat: parameters.others["response_format"]) } catch {
                throw CommandEnd.badInput("response_format cannot be used, \(error)")
            }
        }
        parameters.maxTokens = flags.sampling.maxTokens ?? parameters.maxTokens
        parameters.temperature = flags.sampling.temperature ?? parameters.temperature
        parameters.detail = flags.detail ?? parameters.detail
        return parameters
    }

    /// The form that OpenAI's API has for structured outputs.
    private func responseFormat(schema name: String) throws -> JSONValue {
        let schema: JSONValue
        do { schema = try JSONValue(parsing: try TextFile.read(environment.path(name)).utf8) } catch {
            throw CommandEnd.badInput("--schema: \(name) cannot be used: \(error); give a file with a JSON schema")
        }
        do throws(InvalidValue) { _ = try JSONSchema(json: JSONCursor(schema)) } catch {
            throw CommandEnd.badInput("--schema: \(name) cannot be used, \(error)")
        }
        return .object([
            "type": .string("json_schema"),
            "json_schema": .object(["name": .string("caption"), "strict": .bool(true), "schema": schema]),
        ])
    }

    private func orInJobFile(_ key: String) -> String { jobFile == nil ? "" : ", or `\(key)` in the job file" }
}
