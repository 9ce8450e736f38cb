import ArgumentParser
import CutlineCore
import CutlineProvider

struct Models: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show a provider's models, which of them see, and their prices.", usage: "cutline models <provider> [<options>]",
        discussion: """
            Prices are US dollars per million tokens, as the provider lists them; what
            it does not say is shown as –, or null. Nothing is billed.

            Example:
              cutline models infron --vision
            """)

    @Argument(help: "A provider's name.") var provider: String
    @Flag(help: "Only those that are known to take pictures.") var vision = false
    @Flag(help: "One JSON object instead of a table.") var json = false
    @OptionGroup(title: "Queue") var queue: QueueOptions
    @Option(help: ArgumentHelp("A file that holds the API key, instead of the provider's environment variable.", valueName: "path"))
    var apiKeyFile: String?
    @Flag(help: "Allow plain http to other machines.") var insecureHttp = false
    @OptionGroup var network: NetworkOptions

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let profile = try UserProfiles.catalogue(besideQueue: queue.place(in: environment), in: environment).profile(named: provider)
            let list = try await list(
                of: profile, keys: KeyRing(environment, file: apiKeyFile, network: network), patience: environment.patience * 10)
            let shown = vision ? list.models.filter { $0.vision == true } : list.models
            try environment.output.send(json ? ModelText.json(shown, provider: profile.name) : ModelText.table(shown))
            let unknown = list.models.count { $0.vision == nil }
            if vision, unknown > 0 { environment.error.say("\(ModelText.leftOut(unknown))\n") }
        }
    }

    private func list(of profile: Profile, keys: KeyRing, patience: Duration) async throws -> ModelList {
        guard !profile.isInProcess else { return try await simulated(profile, keys: keys, patience: patience) }
        try KeyRing.checkAddress(profile)
        if let objection = ProviderClient.objection(to: profile, allowsInsecureHTTP: insecureHttp) { throw CommandEnd.usage(objection) }
        try keys.checkRoute(profile)
        if profile.models?.needsKey == true { try keys.check(profile, allowsInsecureHTTP: insecureHttp) }
        switch await ProviderClient.models(
            of: profile, key: keys.key(for: profile), timeout: patience, allowsInsecureHTTP: insecureHttp, routes: keys.routes)
        {
        case .success(let list): return list
        case .failure(let failure):
            throw CommandEnd(
                code: .someFailed, sentence: ModelText.sentence(failure, profile: profile, keySource: apiKeyFile ?? profile.apiKeyEnv))
        }
    }

    /// The simulator has a list, too, and it answers to any name beside it.
    private func simulated(_ profile: Profile, keys: KeyRing, patience: Duration) async throws -> ModelList {
        let simulator = InProcessSimulator()
        let profile = profile.started(at: try await simulator.address())
        do {
            let list = try await list(of: profile, keys: keys, patience: patience)
            await simulator.stop()
            return list
        } catch {
            await simulator.stop()
            throw error
        }
    }
}
