import ArgumentParser

/// How this process works; nothing of it is stored.
struct WorkOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The deadline of one call, from the first byte sent to the last received (default: 300).", valueName: "seconds"))
    var timeout: Double?
    @Option(help: ArgumentHelp("A file that holds the API key, instead of the provider's environment variable.", valueName: "path"))
    var apiKeyFile: String?
    @Flag(help: "Stop with exit code 2 where the provider asks for a wait of more than a minute.")
    var noWait = false
    @Flag(help: "Allow plain http to other machines.")
    var insecureHttp = false
    @Flag(help: "Fetch pictures from addresses of this machine and of private networks, too.")
    var allowPrivateHosts = false
    @OptionGroup var log: LogOptions

    func validate() throws {
        guard let timeout else { return }
        guard timeout >= 0.001, timeout <= 86_400 else {
            throw ValidationError("--timeout must be at least 0.001 and at most 86400 seconds.")
        }
    }

    var deadline: Duration { .milliseconds(Int64((timeout ?? 300) * 1_000)) }
}
