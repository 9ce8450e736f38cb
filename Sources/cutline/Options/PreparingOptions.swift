import ArgumentParser
import CutlineCore
import CutlinePictures

/// How this process prepares pictures.
struct PreparingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many pictures are prepared at once (default: one a processor, at most 4).", valueName: "n"))
    var darkrooms: Int?

    func validate() throws {
        if let darkrooms, !(1...64).contains(darkrooms) { throw ValidationError("--darkrooms must be between 1 and 64.") }
    }

    /// What is possible here; nil: nothing.
    static func plan(in environment: Environment, count: Int? = nil) -> DarkroomPlan? {
        environment.program.map { DarkroomPlan(program: $0, folder: environment.temporaryFolder, count: count) }
    }
}

/// Which pictures a worker prepares of batches that say nothing of it.
struct MendingOptions: ParsableArguments {
    enum Mode: String, CaseIterable, ExpressibleByArgument { case auto, never }

    @Option(
        help: ArgumentHelp(
            "Which pictures are made into JPEG or PNG before they are sent: those that the provider would refuse (auto) or none (never); batches made with fit or all keep to that. Needs libvips.",
            valueName: "mode"))
    var prepare: Mode?

    /// Nil: as the providers' profiles say.
    var mends: Bool? { prepare.map { $0 == .auto } }
}

/// Batches whose pictures may only be sent prepared.
enum PreparingCheck {
    /// - Throws: exit 65 where nothing here can prepare pictures.
    static func check(_ settings: [BatchSettings], in environment: Environment) async throws {
        guard let first = settings.first(where: { $0.preparation != nil }), let mode = first.preparation?.mode else { return }
        if let plan = PreparingOptions.plan(in: environment), try await isPossible(plan) { return }
        throw CommandEnd.badInput(
            "pictures of \(Words.clean(first.name)) are to be prepared (\(mode.rawValue)), and libvips is not installed here: install it (on Debian and Ubuntu "
                + "`apt-get install libvips42`), or leave --prepare \(mode.rawValue) out")
    }

    private static func isPossible(_ plan: DarkroomPlan) async throws -> Bool {
        do { return try await Darkrooms(plan).examine() != nil } catch {
            throw CommandEnd.badInput(error.words)
        }
    }
}
