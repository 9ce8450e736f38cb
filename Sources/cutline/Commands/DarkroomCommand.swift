import ArgumentParser
import CutlinePictures

/// The child process that prepares pictures; `run` and `work` start it when they need it.
struct DarkroomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "darkroom", abstract: "Prepare pictures for another process of Cutline.", shouldDisplay: false)

    func run() throws {
        guard !Darkroom.serve() else { return }
        throw CommandEnd.usage("darkroom is started by `cutline run` and `cutline work`; see docs/pictures.md")
    }
}
