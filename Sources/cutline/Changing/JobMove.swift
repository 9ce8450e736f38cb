import CutlineCore
import CutlineQueue

/// What `retry`, `cancel`, `hold` and `release` share.
struct JobMove {
    let verb: JobVerb
    let selection: SelectionOptions
    /// Of captions.
    var flags: [String] = []
    var change: ChangeOptions?
    var priority: Priority?
    let queue: QueueOptions

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            // Looking first: a verb never makes a queue.
            let reader = try queue.reader(in: environment)
            var selected = try selection.selection(in: reader)
            if !flags.isEmpty { selected.flags = try FlagSelection(names: flags) }
            let place = queue.place(in: environment)
            let asked = change.flatMap { $0.isNone ? nil : $0 }
            var change = try asked?.change(of: selected, in: reader, UserProfiles.catalogue(besideQueue: place, in: environment))
            if let priority {
                change = change ?? JobChange()
                change?.priority = priority
            }
            let opened = try environment.openQueue(at: place)
            let moved = try move(selected, change, in: opened, at: environment.now())
            let text = MovedText.lines(
                verb, moved, change: asked?.words, priority: priority, standing: try standing(selected, reader))
            try opened.close()
            try environment.output.send(text)
        }
    }

    private func move(_ selected: JobSelection, _ change: JobChange?, in queue: Queue, at now: Timestamp) throws -> JobsMoved {
        switch verb {
        case .retry: try change.map { try queue.retry(selected, with: $0, now: now) } ?? queue.retry(selected)
        case .cancel: try queue.cancel(selected, now: now)
        case .hold: try queue.hold(selected)
        case .release: try queue.release(selected)
        }
    }

    /// From the counters, which know batches alone.
    private func standing(_ selected: JobSelection, _ reader: QueueReader) throws -> [JobState: Int] {
        guard selected.failure == nil, selected.jobs == nil, selected.flags == nil else { return [:] }
        let statuses = try reader.batchStatuses(in: selected.batch.map { .batch($0) } ?? .all)
        return statuses.reduce(into: [:]) { $0.merge($1.jobs, uniquingKeysWith: +) }
    }
}
