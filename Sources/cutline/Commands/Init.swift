import ArgumentParser
import CutlineCore
import CutlineExport
import CutlineProvider
import SystemPackage

struct Init: Command {
    static let configuration = CommandConfiguration(
        abstract: "Ask what is needed, check the key with one call, and write a job file.",
        usage: "cutline init [<pictures> ...] [<options>]",
        discussion: """
            What is not given by a flag is asked for. The check sends one small picture,
            which may cost a fraction of a cent; --no-check leaves it out.

            Example:
              cutline init photos/ --provider hackclub
              cutline run jobs.json --sample 20
            """)

    @Argument(help: ArgumentHelp("Folders, globs, picture files or http(s) URLs.", valueName: "pictures")) var pictures: [String] = []
    @Option(help: ArgumentHelp("A name that `cutline providers` lists.", valueName: "name")) var provider: String?
    @Option(help: ArgumentHelp("The address of a provider that has none of its own, or another one.", valueName: "url")) var baseURL:
        String?
    @Option(help: ArgumentHelp("The model, as the provider calls it.", valueName: "name")) var model: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("What to ask about each picture.", valueName: "text")) var prompt: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The longest answer, in tokens (default: 300).", valueName: "n")) var maxTokens:
        Int?
    @Option(help: ArgumentHelp("The batch's name (default: the first input's last path part).", valueName: "name")) var batch: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("The job file to write.", valueName: "path")) var output = "jobs.json"
    @Flag(help: "Replace an existing file.") var overwrite = false
    @Flag(help: "Make no call.") var noCheck = false
    @Option(help: ArgumentHelp("A file that holds the API key, instead of the provider's environment variable.", valueName: "path"))
    var apiKeyFile: String?
    @Flag(help: "Allow plain http to other machines.") var insecureHttp = false
    @OptionGroup var network: NetworkOptions
    @OptionGroup(title: "Queue") var queue: QueueOptions

    func validate() throws {
        let texts = [
            ("--provider", provider), ("--base-url", baseURL), ("--model", model), ("--prompt", prompt), ("--batch", batch),
            ("--output", output),
        ]
        for (flag, text) in texts where text?.isEmpty == true { throw ValidationError("\(flag) must not be empty.") }
        guard output.lowercased().hasSuffix(".json") else { throw ValidationError("-o \(output): a job file's name ends in .json.") }
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens must be above 0.") }
    }

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let target = environment.path(output)
            if !overwrite, environment.exists(target) { throw ExportError.exists(target) }
            let choices = try InitChoices(self, in: environment)
            try choices.refuseGaps()
            let (inputs, count, name) = try choices.pictures()
            let profile = try choices.profile()
            try refuseUnusable(profile, choices.keys)
            let answer = await ModelLookup.ask(
                profile, keys: choices.keys, patience: environment.patience * 3, allowsInsecureHTTP: insecureHttp)
            let list = answer.list
            let model = try choices.model(of: profile, in: list)
            // Without a key there is a word on that below.
            if choices.keys.key(for: profile) != nil || profile.models?.needsKey != true,
                let warning = ModelText.unknownPrice(of: model, answer, profile)
            {
                environment.error.say("\(warning)\n")
            }
            let file = try NewJobFile(
                batch: batch ?? name, profile: profile, givesAddress: profile.baseURL != choices.catalogue[profile.name]?.baseURL,
                model: model, prompt: choices.prompt(), maxTokens: choices.maxTokens(), images: images(inputs, in: environment)
            ).named(besides: queue.place(in: environment))
            try WholeFile.write(to: .file(target), overwrite: overwrite) { try $0(file.text) }
            environment.error.say("\(Words.count(count, "picture")), \(profile.name), \(Words.clean(model)) → \(Words.clean(output))\n")
            let isGood = try await check(file, price: profile.prices?[model] ?? list?[model]?.price, choices.keys, environment)
            guard isGood else { throw CommandEnd(code: .someFailed, sentence: nil) }
            environment.error.say(next)
        }
    }

    /// A missing key is no reason to refuse: the file is right without it.
    private func refuseUnusable(_ profile: Profile, _ keys: KeyRing) throws {
        if keys.key(for: profile) != nil { return try keys.check(profile, allowsInsecureHTTP: insecureHttp) }
        guard !profile.isInProcess, let objection = ProviderClient.objection(to: profile, allowsInsecureHTTP: insecureHttp) else {
            return try keys.checkRoute(profile)
        }
        throw CommandEnd.usage(objection)
    }

    /// Paths in a job file are relative to its folder.
    private func images(_ inputs: [String], in environment: Environment) -> [String] {
        let isHere = environment.path(output).removingLastComponent().lexicallyNormalized() == environment.folder.lexicallyNormalized()
        return inputs.map { input in
            isHere || input.hasPrefix("http://") || input.hasPrefix("https://") ? input : environment.path(input).string
        }
    }

    /// False where the check failed.
    private func check(_ file: NewJobFile, price: Price?, _ keys: KeyRing, _ environment: Environment) async throws -> Bool {
        let (profile, key) = (file.profile, keys.key(for: file.profile))
        if let variable = profile.neededKeyVariable, !profile.isInProcess, key == nil {
            environment.error.say("\(TrialText.missingKey(profile, variable: variable))\n")
            return true
        }
        guard !noCheck else { return true }
        let trial = CredentialProbe(
            profile: profile, model: file.model, key: key, routes: keys.routes, price: price, allowsInsecureHTTP: insecureHttp,
            environment: environment)
        let (text, isGood) = TrialText.line(try await trial.run(), profile: profile, model: file.model)
        environment.error.say("\(text)\n")
        return isGood
    }

    private var next: String {
        let words = ["cutline", "run", Words.quoted(output)] + queue.words
        let flags =
            (apiKeyFile.map { ["--api-key-file", Words.quoted($0)] } ?? []) + (insecureHttp ? ["--insecure-http"] : [])
            + (network.caFile.map { ["--ca-file", Words.quoted($0)] } ?? [])
        let command = (words + flags).joined(separator: " ")
        return "a sample first: \(command) --sample 20\nall of them:    \(command)\n"
    }
}
