import ArgumentParser
import CutlineProvider

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@main
struct Cutline: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cutline",
        abstract: "Caption pictures by the thousand with a vision model.",
        discussion: """
            Jobs wait in a durable queue (cutline.db); run the same command again to continue where it stopped.

            Example:
              export HACKCLUB_API_KEY=…
              cutline run photos/ --provider hackclub --model google/gemini-2.5-flash \\
                --prompt "Describe this image."
              cutline export -o captions.jsonl
            """,
        version: ProviderClient.version,
        subcommands: [
            Init.self, Run.self, Add.self, Work.self, Compare.self, Status.self, Show.self, Export.self, Retry.self, Cancel.self, Hold.self,
            Release.self, Remove.self,
            Providers.self, Models.self, Estimate.self, Backup.self, Doctor.self, Simulate.self, Completions.self,
            DarkroomCommand.self,
        ])

    static func main() async {
        // A reader that goes away (`| head`) is an error of write(2), not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let environment = Environment.live
        if let sentence = RawArguments.objection(in: environment.folder) {
            environment.error.say("cutline: \(sentence)\n")
            environment.error.finish()
            leave(ExitStatus.usage.rawValue)
        }
        let code = await run(Array(CommandLine.arguments.dropFirst()), in: environment)
        environment.error.finish()
        leave(code)
    }

    /// Runs one command line and says what there is to say.
    ///
    /// - Returns: the exit code.
    static func run(_ arguments: [String], in environment: Environment) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            if let command = command as? any Command {
                try await command.run(in: environment)
            } else {
                try command.run()
            }
            return ExitStatus.success.rawValue
        } catch let end as CommandEnd {
            if let sentence = end.sentence { environment.error.say("cutline: \(sentence)\n") }
            return end.code.rawValue
        } catch {
            // The argument parser's: help that was asked for, or what is wrong with a flag.
            let code = exitCode(for: error)
            (code == .success ? environment.output : environment.error).say(fullMessage(for: error) + "\n")
            return code.rawValue
        }
    }
}

/// A subcommand, which takes all it needs from an environment so that tests can give it theirs.
protocol Command: AsyncParsableCommand {
    func run(in environment: Environment) async throws
}

extension Command {
    func run() async throws { try await run(in: .live) }
}

/// The process ends here; inside the command `exit` alone would be the argument parser's.
private func leave(_ code: Int32) -> Never {
    #if canImport(Glibc)
        Glibc.exit(code)
    #else
        Darwin.exit(code)
    #endif
}
