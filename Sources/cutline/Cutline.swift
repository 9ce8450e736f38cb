import ArgumentParser

@main
struct Cutline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cutline", version: "0.1.0")
}
