import ArgumentParser
import CutlineCore
import CutlineProvider

struct Providers: Command {
    static let configuration = CommandConfiguration(
        abstract: "Show the providers that are known by name.",
        discussion: """
            With a name: the whole profile as JSON, in the form of providers.json,
            where profiles of your own may stand (beside the queue, else in
            ~/.config/cutline/). Keys are never shown.

            Example:
              cutline providers hackclub
            """)

    @Argument(help: "A provider's name.") var name: String?
    @OptionGroup(title: "Queue") var queue: QueueOptions

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            let catalogue = try UserProfiles.catalogue(besideQueue: queue.place(in: environment), in: environment)
            guard let name else {
                let keys = try KeyRing(environment, file: nil, network: nil)
                return try environment.output.send(ProfileText.table(catalogue, isSet: { keys.key(for: $0) != nil }))
            }
            let profile = try catalogue.profile(named: name)
            try environment.output.send(ProfileText.json(profile))
            if let advice = ProfileText.advice(profile) { environment.error.say("\(Words.clean(advice))\n") }
        }
    }
}
