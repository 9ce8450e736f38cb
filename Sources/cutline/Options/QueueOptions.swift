import ArgumentParser
import CutlineQueue
import CutlineSQLite
import SystemPackage

struct QueueOptions: ParsableArguments {
    @Option(name: .customLong("queue"), help: ArgumentHelp("The queue file (else $CUTLINE_QUEUE, else cutline.db).", valueName: "path"))
    var path: String?

    func path(in environment: Environment) -> FilePath {
        environment.path(name(in: environment))
    }

    /// As the user wrote it.
    func name(in environment: Environment) -> String {
        path ?? environment.variables["CUTLINE_QUEUE"].flatMap { $0.isEmpty ? nil : $0 } ?? "cutline.db"
    }

    /// As another command line needs it.
    var words: [String] { path.map { ["--queue", Words.quoted($0)] } ?? [] }

    func reader(in environment: Environment) throws -> QueueReader { try QueueReader(at: path(in: environment)) }
}
