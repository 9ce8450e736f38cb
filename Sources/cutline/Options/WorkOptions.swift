import ArgumentParser

/// How this process works; nothing of it is stored.
struct WorkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The deadline of one call, from the first byte sent to the last received.", valueName: "seconds"))
    var timeout: Double = 300
    @Option(help: ArgumentHelp("A file that holds the API key, instead of the provider's environment variable.", valueName: "path"))
    var apiKeyFile: String?
    @Flag(help: "Stop with exit code 2 instead of waiting for a lane that opens again in more than a minute.")
    var noWait = false
    @Flag(help: "Allow plain http to hosts other than this one.")
    var insecureHttp = false
    @Flag(name: .shortAndLong, help: "Show errors only.")
    var quiet = false

    func validate() throws {
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout must be above 0 and at most 86400 seconds.") }
    }
}
