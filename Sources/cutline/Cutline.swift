import ArgumentParser
import CutlineProvider

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@main
struct Cutline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cutline",
        abstract: "Caption pictures by the thousand with a vision model.",
        discussion: """
            Jobs wait in a durable queue (cutline.db); run the same command again to continue where it stopped.

            Example:  cutline run photos/ --provider hackclub --model google/gemini-2.5-flash --prompt "Describe this image."
                      cutline export -o captions.jsonl
            """,
        version: ProviderClient.version,
        subcommands: [Run.self, Add.self, Work.self, Status.self, Show.self, Export.self, Simulate.self])

    static func main() async {
        // A reader that goes away (`| head`) is an error of write(2), not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let end as CommandEnd {
            if let sentence = end.sentence { StandardStream.error.write("cutline: \(sentence)\n") }
            leave(end.code.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}

/// The process ends here; inside the command `exit` alone would be the argument parser's.
private func leave(_ code: Int32) -> Never {
    #if canImport(Glibc)
        Glibc.exit(code)
    #else
        Darwin.exit(code)
    #endif
}
