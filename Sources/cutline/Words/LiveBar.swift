import CutlineCore
import CutlineRunner

/// What the bar of a run says: a function of numbers and a width.
struct LiveBar {
    let totals: RunTotals
    let run: RunProgress
    /// Jobs done lately, and in how long.
    let recent: (done: Int, time: Duration)
    let now: Timestamp

    /// A piece of the line in one colour.
    struct Part: Hashable {
        enum Colour: Int { case red = 31, yellow = 33 }

        var text: String
        var colour: Colour?

        var width: Int { Words.width(text) }
    }

    private static let separator = " · "
    private static let shortestBar = 12
    /// What is ranked above it gives way to a whole reason for waiting, and to the bar.
    private static let essential = 4
    private static let longestBar = 30
    /// A reason for waiting may take this much before less important parts are thought of.
    private static let shortestWait = 22

    /// The line in pieces. Of what does not fit, the less important is left out; three columns stay free, where a terminal shows ^C.
    func parts(width: Int) -> [Part] {
        var left = width - 3
        var barWidth = 0
        var kept = Set<Int>()
        var all = measures
        for index in all.indices.sorted(by: { all[$0].rank < all[$1].rank }) {
            if all[index].rank > Self.essential {
                for index in kept { all[index].grow(by: &left) }
                if barWidth == 0, left > Self.shortestBar {
                    barWidth = Self.shortestBar
                    left -= barWidth
                }
            }
            let needed = all[index].least + (kept.isEmpty ? 0 : Self.separator.count)
            guard needed <= left else { continue }
            left -= needed
            kept.insert(index)
        }
        var parts: [Part] = []
        for index in all.indices where kept.contains(index) {
            if !parts.isEmpty { parts.append(Part(text: Self.separator)) }
            all[index].grow(by: &left)
            parts.append(all[index].shown)
        }
        return bar(barWidth + left) + parts
    }

    /// Something the line may say, with the columns it takes at least.
    private struct Measure {
        var part: Part
        /// The lowest one is kept first.
        var rank: Int
        var least: Int

        init(_ text: String, rank: Int, colour: Part.Colour? = nil, shortest: Int = .max) {
            part = Part(text: text, colour: colour)
            self.rank = rank
            least = min(part.width, shortest)
        }

        mutating func grow(by left: inout Int) {
            let more = max(0, min(left, part.width - least))
            left -= more
            least += more
        }

        var shown: Part { Part(text: Words.shortened(part.text, to: least), colour: part.colour) }
    }

    /// In the order of the line.
    private var measures: [Measure] {
        var all = [
            Measure("\(Words.number(totals.done)) / \(Words.number(totals.total))", rank: 0)
        ]
        // The first second says little.
        let hasPace = recent.time >= .seconds(1)
        if hasPace { all.append(Measure(Words.rate(recent.done, in: recent.time), rank: 3)) }
        if hasPace, let eta = RunText.eta(totals, done: recent.done, in: recent.time, stops: run.stops, at: now) {
            all.append(Measure(eta, rank: 4))
        }
        all.append(Measure("\(Words.number(run.inFlight)) in flight", rank: 5))
        if totals.failed > 0 { all.append(Measure("\(Words.number(totals.failed)) failed", rank: 2, colour: .red)) }
        if totals.held > 0 { all.append(Measure("\(Words.number(totals.held)) held", rank: 6, colour: .red)) }
        if let tokens = totals.tokens { all.append(Measure("\(Words.number(tokens)) tokens", rank: 8)) }
        if let cost = totals.cost { all.append(Measure(Words.money(cost), rank: 7)) }
        if let rest = totals.rest { all.append(Measure(rest, rank: 9)) }
        let waits = run.isDraining ? ["stopping"] : run.stops.compactMap { LaneText.wait($0, at: now) }
        if !waits.isEmpty {
            all.append(Measure(waits.joined(separator: Self.separator), rank: 1, colour: .yellow, shortest: Self.shortestWait))
        }
        return all
    }

    /// `[====      ] `, or nothing where there is no room left for it.
    private func bar(_ left: Int) -> [Part] {
        let width = min(left - 1, Self.longestBar)
        guard width >= Self.shortestBar else { return [] }
        let inner = width - 2
        let filled = totals.total > 0 ? min(inner, inner * totals.done / totals.total) : 0
        return [Part(text: "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: inner - filled) + "] ")]
    }
}

/// How many jobs were done in the last twenty seconds.
struct RecentPace {
    private static let span = Duration.seconds(20)
    private var samples: [(done: Int, time: Timestamp)] = []

    mutating func add(_ done: Int, at time: Timestamp) {
        samples.append((done, time))
        // The sample at the beginning of the span stays; ten a second come at most.
        while samples.count > 2, time - samples[1].time >= Self.span { samples.removeFirst() }
    }

    /// Jobs that were put back in the queue meanwhile do not count against the others.
    var measured: (done: Int, time: Duration) {
        guard let first = samples.first, let last = samples.last else { return (0, .zero) }
        return (max(0, last.done - first.done), last.time - first.time)
    }
}

/// A line at the bottom of a terminal that is drawn again and again: it gives the texts to write.
struct RedrawnLine {
    private static let shortestPause = Duration.milliseconds(100)
    private var columns = 0
    private var drawnAt: Timestamp?

    /// A clock that was set back does not stop the drawing.
    func isDue(at now: Timestamp) -> Bool {
        drawnAt.map { now < $0 || now - $0 >= Self.shortestPause } ?? true
    }

    mutating func draw(_ parts: [LiveBar.Part], width: Int, isColoured: Bool, at now: Timestamp) -> String {
        let erasing = erase(width: width)
        columns = parts.reduce(0) { $0 + $1.width }
        drawnAt = now
        return erasing
            + parts.map { part in
                guard isColoured, let colour = part.colour else { return part.text }
                return "\u{1B}[\(colour.rawValue)m\(part.text)\u{1B}[0m"
            }.joined()
    }

    /// Empty where nothing is drawn. A window that was made narrower has wrapped the line.
    mutating func erase(width: Int) -> String {
        guard columns > 0 else { return "" }
        let wraps = (columns - 1) / max(1, width)
        columns = 0
        return "\r" + (wraps > 0 ? "\u{1B}[\(wraps)A" : "") + "\u{1B}[J"
    }
}
