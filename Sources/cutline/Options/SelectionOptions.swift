import ArgumentParser
import CutlineCore
import CutlineQueue

/// Which jobs `retry`, `cancel`, `hold` and `release` are about.
struct SelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only jobs of this batch.", valueName: "name")) var batch: String?
    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("Only jobs whose last failed attempt was of this failure class (image_rejected, timeout …).", valueName: "class")
    )
    var failure: String?
    @Option(
        name: .customLong("job"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only this job, by its key or the number of its entry; may be repeated.", valueName: "key|id"))
    var jobs: [String] = []

    /// Nothing restricts it: the whole queue is meant.
    var isWhole: Bool { batch == nil && failure == nil && jobs.isEmpty }

    /// - Throws: `CommandEnd` where there is no such batch, class or job, naming what is near.
    func selection(in reader: QueueReader) throws -> JobSelection {
        let scope = try reader.scope(ofBatch: batch)
        return JobSelection(
            batch: scope.batch, failure: try failure.map(Self.failureClass),
            jobs: jobs.isEmpty ? nil : try jobs.reduce(into: []) { try $0.formUnion(Self.jobs(named: $1, in: scope, reader)) })
    }

    /// The same of entries: a job's other names stay.
    func entries(in reader: QueueReader, isMissing: Bool) throws -> EntrySelection {
        let scope = try reader.scope(ofBatch: batch)
        for name in jobs { _ = try Self.jobs(named: name, in: scope, reader) }
        return EntrySelection(
            batch: scope.batch,
            entries: jobs.isEmpty ? nil : try jobs.reduce(into: []) { $0.formUnion(try reader.entryIDs(named: $1, batch: scope.batch)) },
            isMissing: isMissing, failure: try failure.map(Self.failureClass))
    }

    private static func failureClass(_ name: String) throws -> FailureClass {
        if let failure = FailureClass(rawValue: name) { return failure }
        let known = FailureClass.allCases.map(\.rawValue)
        let what = "there is no failure class \"\(Words.clean(name))\""
        if let near = Nearest.to(name, among: known) { throw CommandEnd.usage("\(what); did you mean \(near)?") }
        throw CommandEnd.usage("\(what); there are \(known.joined(separator: ", "))")
    }

    private static func jobs(named name: String, in scope: Scope, _ reader: QueueReader) throws -> Set<JobID> {
        let jobs = try reader.jobIDs(named: name, batch: scope.batch)
        guard jobs.isEmpty else { return jobs }
        let what = "there is no job with the key or number \"\(Words.clean(name))\""
        if let near = Nearest.to(name, among: try reader.keys(near: name, batch: scope.batch)) {
            throw CommandEnd.usage("\(what); did you mean \"\(Words.clean(near))\"?")
        }
        throw CommandEnd.usage("\(what); `cutline export --format table --state all` lists them")
    }
}

/// For verbs that nobody should apply to a whole queue by leaving something out.
struct WholeQueueFlag: ParsableArguments {
    @Flag(help: "Every job of the queue.") var all = false

    func check(_ selection: SelectionOptions) throws {
        if all, !selection.isWhole { throw ValidationError("Give either --all, or --batch, --class or --job.") }
        if !all, selection.isWhole { throw ValidationError("Say which jobs: --batch, --class or --job; --all means the whole queue.") }
    }
}
