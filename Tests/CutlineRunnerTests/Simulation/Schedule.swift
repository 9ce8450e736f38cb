import CutlineCore
import CutlineQueue

/// Something that happens in a simulation.
enum Happening {
    /// Somebody starts a process.
    case start
    case worker(Int, Stimulus)
    /// kill -9
    case crash(Int)
    /// SIGSTOP, and SIGCONT after so long.
    case stop(Int, Duration)
    case wake(Int)
    /// SIGINT
    case signal(Int)
    case setClock(Duration)
    case disk(isFull: Bool)
    case mood(Mood)
    /// By its number in the plan.
    case outage(Int, isOver: Bool)
    /// The next call of a lane is refused with this status.
    case stray(lane: Int, status: Int)
    case capacity(lane: Int, Capacity.Rule)
    /// Once a second of a calm world: what there is to do, and who is there to do it.
    case look
    /// From here on nothing goes wrong any more.
    case heal
}

/// What a worker notices; nothing while it is stopped.
enum Stimulus {
    case beat, turnDue, graceOver
    case alarm(Int)
    case callStarts(AttemptID)
    /// The connection takes the last piece of the body.
    case lastPiece(AttemptID)
    case callEnds(AttemptID, Outcome)
    case deadline(AttemptID)
}

/// What is to come, in the order of time; what falls on one moment keeps the order in which it was planned.
struct Schedule {
    private struct Entry {
        let time: Timestamp
        let number: Int
        let happening: Happening

        static func < (a: Entry, b: Entry) -> Bool { (a.time, a.number) < (b.time, b.number) }
    }

    /// A binary heap.
    private var entries: [Entry] = []
    private var planned = 0

    mutating func add(_ happening: Happening, at time: Timestamp) {
        planned += 1
        entries.append(Entry(time: time, number: planned, happening: happening))
        var child = entries.count - 1
        while child > 0, entries[child] < entries[(child - 1) / 2] {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (Timestamp, Happening)? {
        guard let first = entries.first else { return nil }
        entries[0] = entries[entries.count - 1]
        entries.removeLast()
        var parent = 0
        while let child = [2 * parent + 1, 2 * parent + 2].filter({ $0 < entries.count }).min(by: { entries[$0] < entries[$1] }),
            entries[child] < entries[parent]
        {
            entries.swapAt(child, parent)
            parent = child
        }
        return (first.time, first.happening)
    }
}
