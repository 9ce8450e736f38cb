import ArgumentParser
import CutlinePictures

/// What becomes of pictures before they are sent.
struct PreparingOptions: ParsableArguments {
    enum Mode: String, CaseIterable, ExpressibleByArgument { case auto, never }

    @Option(
        help: ArgumentHelp(
            "Which pictures are made into JPEG or PNG before they are sent: those that the provider would refuse (auto) or none (never); needs libvips.",
            valueName: "mode"))
    var prepare = Mode.auto
    @Option(help: ArgumentHelp("How many pictures are prepared at once (default: one a processor, at most 4).", valueName: "n"))
    var darkrooms: Int?

    func validate() throws {
        if let darkrooms, !(1...64).contains(darkrooms) { throw ValidationError("--darkrooms must be between 1 and 64.") }
    }

    /// Nil: pictures are sent as they are.
    func plan(in environment: Environment) -> DarkroomPlan? {
        prepare == .auto ? Self.plan(in: environment, count: darkrooms) : nil
    }

    /// What is possible here.
    static func plan(in environment: Environment, count: Int? = nil) -> DarkroomPlan? {
        environment.program.map { DarkroomPlan(program: $0, folder: environment.temporaryFolder, count: count) }
    }
}
