import CutlineCore
import CutlineQueue

/// What `retry`, `cancel`, `hold` and `release` share.
struct Moving {
    let verb: JobVerb
    let selection: SelectionOptions
    let queue: QueueOptions

    func run(in environment: Environment) async throws {
        try await CommandEnd.mapping {
            // Looking first: a verb never makes a queue.
            let reader = try queue.reader(in: environment)
            let selected = try selection.selection(in: reader)
            let opened = try Queue(at: queue.path(in: environment), now: environment.now())
            let moved = try move(selected, in: opened, at: environment.now())
            let text = MovedText.lines(verb, moved, standing: try standing(selected, reader))
            try opened.close()
            try environment.output.send(text)
        }
    }

    private func move(_ selected: JobSelection, in queue: Queue, at now: Timestamp) throws -> JobsMoved {
        switch verb {
        case .retry: try queue.retry(selected)
        case .cancel: try queue.cancel(selected, now: now)
        case .hold: try queue.hold(selected)
        case .release: try queue.release(selected)
        }
    }

    /// From the counters, which know batches alone.
    private func standing(_ selected: JobSelection, _ reader: QueueReader) throws -> [JobState: Int] {
        guard selected.failure == nil, selected.jobs == nil else { return [:] }
        let statuses = try reader.batchStatuses(in: selected.batch.map { .batch($0) } ?? .all)
        return statuses.reduce(into: [:]) { $0.merge($1.jobs, uniquingKeysWith: +) }
    }
}
