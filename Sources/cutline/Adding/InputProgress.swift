import CutlineCore

/// Says how far a large input is, in a line every two seconds.
struct InputProgress {
    private let environment: Environment
    private let isQuiet: Bool
    private var saidAt: Timestamp

    init(isQuiet: Bool, in environment: Environment) {
        self.isQuiet = isQuiet
        self.environment = environment
        saidAt = environment.now()
    }

    mutating func checked(_ count: Int) { sayIfDue("checked \(Words.number(count)) lines") }
    mutating func added(_ count: Int, of total: Int) { sayIfDue("added \(Words.number(count)) of \(Words.number(total))") }

    private mutating func sayIfDue(_ line: @autoclosure () -> String) {
        guard !isQuiet else { return }
        let now = environment.now()
        guard now - saidAt >= .seconds(2) else { return }
        saidAt = now
        environment.error.say("\(line())\n")
    }
}
