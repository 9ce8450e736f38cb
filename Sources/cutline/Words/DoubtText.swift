import CutlineCore
import CutlineQueue

/// Calls that may have been paid for without use, in words.
enum DoubtText {
    /// `at most $0.04`, `≈ $0.04`.
    static func cost(_ cost: DoubtfulCost) -> String {
        switch cost {
        case .known(let money): Words.money(money)
        case .atMost(let money): "at most \(Words.money(money))"
        case .about(let money): "≈ \(Words.money(money))"
        case .unknown: "cost unknown"
        }
    }

    static func what(_ doubt: Doubt) -> String {
        switch doubt {
        case .unknown: "no answer, maybe billed"
        case .failed: "failed, maybe billed"
        case .paid: "failed, billed"
        case .duplicate: "duplicate caption"
        }
    }

    /// A line for each kind.
    static func notes(_ batch: BatchStatus) -> [String] {
        batch.sortedDoubts.map { doubt, sum in
            let calls =
                switch doubt {
                case .unknown: "\(Words.count(sum.calls, "call")) without an answer, maybe billed"
                case .failed: "\(Words.count(sum.calls, "failed call")), maybe billed"
                case .paid: "\(Words.count(sum.calls, "failed call")), billed"
                case .duplicate: "\(Words.count(sum.calls, "duplicate caption")) paid for"
                }
            return "\(Words.clean(batch.name)): \(calls) (\(cost(sum.mayHaveCost(batch.trend))))"
        }
    }

    /// One line at the end of a run; nil where there is nothing to tell.
    ///
    /// - Parameter queue: `--queue PATH` where it was given, else empty.
    static func ending(_ batches: [BatchStatus], queue: [String]) -> String? {
        let all = batches.flatMap { batch in batch.doubts.map { (doubt: $0, sum: $1, cost: $1.mayHaveCost(batch.trend)) } }
        guard !all.isEmpty else { return nil }
        let cost = all.reduce(DoubtfulCost.known(.zero)) { $0 + $1.cost }
        let parts = Doubt.allCases.compactMap { doubt -> String? in
            let calls = all.filter { $0.doubt == doubt }.reduce(0) { $0 + $1.sum.calls }
            return calls > 0 ? "\(Words.number(calls)) \(word(doubt, calls))" : nil
        }
        let calls = all.reduce(0) { $0 + $1.sum.calls }
        return
            "\(Words.count(calls, "call")) may have been billed for nothing (\(DoubtText.cost(cost))): \(parts.joined(separator: ", ")); see `\(command(queue))`"
    }

    static func command(_ queue: [String]) -> String { (["cutline status --doubtful"] + queue).joined(separator: " ") }

    private static func word(_ doubt: Doubt, _ calls: Int) -> String {
        switch doubt {
        case .unknown: "without an answer"
        case .failed: "failed"
        case .paid: "failed and billed"
        case .duplicate: calls == 1 ? "duplicate" : "duplicates"
        }
    }

    static let header = ["batch", "key", "attempt", "when", "what", "class", "may have cost"]

    static func row(_ call: DoubtfulCall) -> [String] {
        [
            Words.shortened(Words.clean(call.batch), to: 30), Words.shortened(Words.clean(call.key ?? "–"), to: 40), "\(call.n)",
            call.startedAt.iso8601, what(call.doubt), call.problem?.kind.rawValue ?? "–", cost(call.mayHaveCost),
        ]
    }

    /// One line of JSON (docs/output.md).
    static func json(_ call: DoubtfulCall) -> String {
        var text = JSONText()
        text.openObject()
        text.member("batch", call.batch)
        text.member("key", call.key)
        text.member("n", call.n)
        text.member("started_at", call.startedAt.iso8601)
        text.member("ended_at", call.endedAt?.iso8601)
        text.member("doubt", call.doubt.rawValue)
        text.member("error", call.problem)
        text.write(call.mayHaveCost)
        text.closeObject()
        return text.text + "\n"
    }
}

extension BatchStatus {
    var sortedDoubts: [(Doubt, DoubtSum)] { Doubt.allCases.compactMap { doubt in doubts[doubt].map { (doubt, $0) } } }
}

extension JSONText {
    /// Three members, of which one at most is no null.
    mutating func write(_ cost: DoubtfulCost?) {
        var (known, most, about): (Money?, Money?, Money?)
        switch cost {
        case .known(let money): known = money
        case .atMost(let money): most = money
        case .about(let money): about = money
        case .unknown, nil: break
        }
        for (name, money) in [("cost_usd", known), ("at_most_usd", most), ("about_usd", about)] {
            member(name, money)
        }
    }
}
