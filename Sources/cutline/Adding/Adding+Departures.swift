import CutlineCore
import CutlineInput
import CutlineQueue

/// What left the folders, globs and lists of a run since an earlier one.
extension Adding {
    /// Looks for entries that the inputs brought once and do not name any more.
    func departures(from batch: BatchID, of queue: Queue, inputs: Set<InputID>, since mark: EntryMark) throws -> Departures {
        guard try !isAllThereIs(in: batch, queue.reader) else { return Departures() }
        return try queue.depart(search(batch, inputs, mark), now: environment.now())
    }

    /// The same for a dry run; nothing is written.
    func rehearseDepartures(from batch: BatchID, of reader: QueueReader, _ rehearsal: inout AddRehearsal) throws {
        let inputs = try reader.knownInputs(named: input.inputNames, of: batch)
        guard !inputs.isEmpty else { return }
        try rehearsal.depart(search(batch, inputs, reader.entryMark()), of: reader)
    }

    /// Every key of the input is an entry now, so a batch of as many entries holds no others.
    private func isAllThereIs(in batch: BatchID, _ reader: QueueReader) throws -> Bool {
        try input.count == input.distinct && reader.hasOnly(input.distinct, in: batch)
    }

    private func search(_ batch: BatchID, _ inputs: Set<InputID>, _ mark: EntryMark) -> DepartureSearch {
        var vanished = VanishedFile()
        return DepartureSearch(
            batch: batch, inputs: inputs, mark: mark, holds: input.holds, excludes: input.excludes, look: { vanished.look(at: $0) })
    }

    func tell(_ departures: Departures) {
        for event in LogEvent.list(departures, of: settings.name) {
            if let line = log?.line(event, in: environment) { environment.error.say(line) }
        }
        guard log?.quiet != true else { return }
        environment.error.say(DepartureText.lines(departures, batch: settings.name, queue: queueWords))
    }
}
