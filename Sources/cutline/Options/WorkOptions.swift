import ArgumentParser
import CutlineCore

/// How this process works; nothing of it is stored.
struct WorkOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The deadline of one call, from the first byte sent to the last received (default: 300, and 900 at flex).", valueName: "seconds"
        ))
    var timeout: Double?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long running calls may take to end after the first SIGINT or SIGTERM; then they are given up (default: as long as they take). A container that is stopped has 10 seconds.",
            valueName: "seconds"))
    var drainTimeout: Double?
    @Option(help: ArgumentHelp("A file that holds the API key, instead of the provider's environment variable.", valueName: "path"))
    var apiKeyFile: String?
    @Flag(help: "Stop with exit code 2 where the provider asks for a wait of more than a minute.")
    var noWait = false
    @Flag(help: "Allow plain http to other machines.")
    var insecureHttp = false
    @Flag(help: "Fetch pictures from addresses of this machine and of private networks, too.")
    var allowPrivateHosts = false
    @OptionGroup var preparing: PreparingOptions
    @OptionGroup var network: NetworkOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        if let timeout, !(0.001...86_400).contains(timeout) {
            throw ValidationError("--timeout must be at least 0.001 and at most 86400 seconds.")
        }
        if let drainTimeout, !(0...86_400).contains(drainTimeout) {
            throw ValidationError("--drain-timeout must be at least 0 and at most 86400 seconds.")
        }
    }

    var grace: Duration? { drainTimeout.map { .milliseconds(Int64($0 * 1_000)) } }

    /// A person's own holds at every tier.
    func deadline(at tier: ServiceTier = .standard) -> Duration {
        timeout.map { .milliseconds(Int64($0 * 1_000)) } ?? .seconds(300 * tier.patience)
    }
}
