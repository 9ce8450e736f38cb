import CutlineCore
import CutlineInput
import CutlineProvider
import SystemPackage

/// The choices of `init`: from flags, else from answers. Each is checked before the next is asked for.
struct InitChoices {
    let flags: Init
    let keys: KeyRing
    let catalogue: ProfileCatalogue
    let environment: Environment
    private let dialogue: Dialogue

    static let usualPrompt = "Describe this image in one sentence."
    static let usualMaxTokens = 300

    init(_ flags: Init, in environment: Environment) throws {
        (self.flags, self.environment) = (flags, environment)
        keys = try KeyRing(environment, file: flags.apiKeyFile, network: flags.network)
        catalogue = try UserProfiles.catalogue(besideQueue: flags.queue.place(in: environment), in: environment)
        dialogue = Dialogue(environment: environment)
    }

    /// Where nobody can be asked, all that has no answer is named at once.
    func refuseGaps() throws {
        guard !environment.isInteractive else { return }
        let gaps = [
            ("pictures (a folder, for example)", flags.pictures.isEmpty), ("--provider NAME", flags.provider == nil),
            ("--model NAME", flags.model == nil), ("--prompt TEXT", flags.prompt == nil),
        ].filter(\.1).map(\.0)
        guard !gaps.isEmpty else { return }
        throw CommandEnd.usage("there is no terminal to ask on; give also \(gaps.joined(separator: ", "))")
    }

    /// - Returns: the pictures as given, and how many there are.
    func pictures() throws -> (inputs: [String], count: Int, name: String) {
        guard flags.pictures.isEmpty else { return try checked(flags.pictures) }
        return try dialogue.ask("Which pictures? A folder, for example:", offer: nil) { try checked([$0]) }
    }

    private func checked(_ inputs: [String]) throws -> (inputs: [String], count: Int, name: String) {
        guard !inputs.contains("-") else { throw CommandEnd.usage("a list on stdin cannot stand in a job file; name a folder or a glob") }
        let plan = try InputPlan.read(inputs, from: environment.folder)
        guard plan.jobFile == nil, !plan.hasLists else {
            throw CommandEnd.usage(
                "a manifest, a list or a job file cannot stand in a job file; `cutline run \(inputs[0])` takes it as it is")
        }
        let settings = BatchSettings(name: "", profile: Profile(name: ""), model: "", prompt: Self.usualPrompt)
        let input = try plan.checked(for: settings)
        for line in InputText.skipped(input.skipped, plan.report) { dialogue.say(line) }
        return (inputs, input.count, plan.batchName)
    }

    func profile() throws -> Profile {
        let profile = try provider()
        if let address = flags.baseURL { return try profile.at(address) }
        guard !profile.isInProcess, profile.baseURL == nil else { return profile }
        guard environment.isInteractive else {
            try KeyRing.checkAddress(profile)
            return profile
        }
        let example = profile.baseURLExample.map { " It looks like \($0):" } ?? ""
        return try dialogue.ask("Which address has your \(profile.name)?\(example)", offer: nil) { try profile.at($0) }
    }

    private func provider() throws -> Profile {
        if let name = flags.provider { return try catalogue.profile(named: name) }
        dialogue.say("Providers: \(catalogue.names.joined(separator: ", "))")
        return try dialogue.ask("Which provider?", offer: readyProvider) { try catalogue.profile(named: $0) }
    }

    /// The first one whose key is there.
    private var readyProvider: String? {
        guard flags.apiKeyFile == nil else { return nil }
        return catalogue.names.first { name in catalogue[name].flatMap { keys.key(for: $0) } != nil }
    }

    /// - Parameter list: what the provider lists; nil: it could not be had.
    func model(of profile: Profile, in list: ModelList?) throws -> String {
        let warning = { (model: String) in list.flatMap { ModelText.warning(of: model, at: profile.name, in: $0) } }
        if let model = flags.model {
            if let warning = warning(model) { dialogue.say(warning) }
            return model
        }
        let offers = Self.offers(from: list)
        if !offers.isEmpty { environment.error.say(ModelText.table(offers)) }
        var doubtful: String?
        return try dialogue.ask("Which model?", offer: profile.isInProcess ? "sim-1" : offers.first?.id) { model in
            // Lists are not always complete: who says it twice means it.
            guard let warning = warning(model), doubtful != model else { return model }
            doubtful = model
            throw CommandEnd.usage("\(warning) The same name once more takes it all the same.")
        }
    }

    /// Models that see, the cheapest with a price first.
    private static func offers(from list: ModelList?) -> [ModelEntry] {
        let seeing = (list?.models ?? []).filter { $0.vision == true }
        let priced = seeing.filter { ($0.inputPerMillion ?? .zero) > .zero }
        let sorted = priced.sorted { ($0.inputPerMillion ?? .zero, $0.id) < ($1.inputPerMillion ?? .zero, $1.id) }
        return Array((priced.isEmpty ? seeing : sorted).prefix(8))
    }

    func prompt() throws -> String {
        try flags.prompt ?? dialogue.ask("What to ask about each picture?", offer: Self.usualPrompt) { $0 }
    }

    func maxTokens() throws -> Int {
        if let count = flags.maxTokens { return count }
        guard environment.isInteractive else { return Self.usualMaxTokens }
        return try dialogue.ask("How many tokens may an answer have?", offer: "\(Self.usualMaxTokens)") { text in
            guard let count = Int(text), count > 0 else { throw CommandEnd.usage("a whole number above 0 is needed.") }
            return count
        }
    }
}

extension Profile {
    fileprivate func at(_ address: String) throws -> Profile {
        var profile = self
        do throws(AddressProblem) { try profile.take(address: address) } catch {
            throw CommandEnd.usage("\(Words.clean(address)) is not an address that can be called: \(error.reason)")
        }
        return profile
    }
}
