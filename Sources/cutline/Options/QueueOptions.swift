import ArgumentParser
import CutlinePostgres
import CutlineQueue
import SystemPackage

struct QueueOptions: ParsableArguments {
    @Option(
        name: .customLong("queue"),
        help: ArgumentHelp(
            "The queue: a file, or postgres://HOST/DATABASE on a server (else $CUTLINE_QUEUE, else cutline.db).", valueName: "path"))
    var path: String?

    func validate() throws {
        guard let path, let address = ServerAddress(path), address.hasPassword else { return }
        throw ValidationError(
            "A password in --queue can be read by everybody on this machine (`ps`). Give it in ~/.pgpass, PGPASSWORD or CUTLINE_QUEUE.")
    }

    func place(in environment: Environment) -> QueuePlace {
        guard let address = ServerAddress(given(in: environment)) else { return .file(environment.path(given(in: environment))) }
        return .server(address, state: environment.stateFolder)
    }

    /// As the user wrote it, without anything secret.
    func name(in environment: Environment) -> String {
        ServerAddress(given(in: environment))?.shown ?? given(in: environment)
    }

    private func given(in environment: Environment) -> String {
        path ?? environment.variable("CUTLINE_QUEUE") ?? "cutline.db"
    }

    /// As another command line needs it.
    var words: [String] { path.map { ["--queue", Words.quoted($0)] } ?? [] }

    func reader(in environment: Environment) throws -> QueueReader { try QueueReader(at: place(in: environment)) }
}
