import SystemPackage

/// Does one piece of work in a function of its own, so that `scripts/check-cost` can have valgrind count the instructions of that function
/// alone: neither the start of the process nor what is made ready before is in the number.
@main enum Cost {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 3, let task = CountedTask.all[arguments[2]] else {
            print("usage: cutline-cost prepare|count TASK FOLDER\ntasks: \(CountedTask.all.keys.sorted().joined(separator: " "))")
            throw Unknown()
        }
        let folder = FilePath(arguments[3])
        if arguments[1] == "prepare" { return try task.prepare(folder) }
        let work = try task.open(folder)
        // The first time statements are made and types looked up.
        try work(50)
        try counted { try work(1_000) }
    }

    struct Unknown: Error {}
}

/// A piece of work and what it needs.
struct CountedTask: Sendable {
    /// Makes the files it works on; runs without valgrind.
    var prepare: @Sendable (FilePath) throws -> Void = { _ in }
    /// Opens them and returns the work, which is done with 50 rows or records first, then with 1,000.
    let open: @Sendable (FilePath) throws -> (Int) throws -> Void

    static let all: [String: CountedTask] = [
        "turn": .turn, "add": .add, "add-again": .addAgain, "export": .export, "answer": .answer, "body": .body,
    ]
}

/// The name by which the function is found.
@_silgen_name("cutline_counted") @inline(never)
func counted(_ work: () throws -> Void) throws { try work() }
