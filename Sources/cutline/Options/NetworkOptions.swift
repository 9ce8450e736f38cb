import ArgumentParser
import CutlineProvider
import SystemPackage

/// How this process reaches providers; proxies come from the environment and the profile.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with certificates (PEM) of authorities to believe beside the system's.", valueName: "path"))
    var caFile: String?

    func routes(in environment: Environment) -> NetworkRoutes {
        NetworkRoutes(variables: environment.variables, folder: environment.folder, caFile: caFile.map(environment.path))
    }
}
