import CutlineCore
import CutlineQueue

/// What a sample tells of its batch.
enum SampleText {
    /// - Parameters:
    ///   - sample: the batch, with the sample's jobs alone counted.
    ///   - queue: `--queue PATH` where it was given, else empty.
    static func lines(sample: BatchStatus, of batch: BatchStatus, queue: [String]) -> [String] {
        let total = batch.wanted
        guard sample.count(.succeeded) > 0 else { return [] }
        let look = (["cutline", "export", "--format", "table"] + queue + ["--batch", Words.quoted(batch.name)]).joined(separator: " ")
        guard total > sample.wanted else { return ["the sample is the whole batch; to look at it: \(look)"] }
        guard batch.count(.queued) + batch.count(.running) > 0 else {
            return ["a sample of \(Words.count(total, "job")), on which all work is done; to look at it: \(look)"]
        }
        return [
            "this is a sample of the batch's \(Words.count(total, "job")); \(price(sample, total: total))", "to look at it: \(look)",
            "to go on: the same command without --sample; nothing is paid twice",
        ]
    }

    private static func price(_ sample: BatchStatus, total: Int) -> String {
        if let cost = sample.cost(of: total) { return "all of them at this price: ≈ \(Words.money(cost))" }
        guard let tokens = sample.tokens(of: total) else { return "what all of them cost cannot be told" }
        return "all of them at this rate: ≈ \(Words.number(tokens)) tokens; no price is known"
    }
}

extension BatchStatus {
    /// Jobs that somebody asks for.
    var wanted: Int { total - count(.cancelled) }

    private var done: Int { count(.succeeded) + count(.failed) + count(.held) }

    /// What `jobs` such jobs would cost; nil where that is not known or absurd.
    func cost(of jobs: Int) -> Money? {
        usage.cost.flatMap { scaled($0.nanodollars, to: jobs) }.map(Money.init(nanodollars:))
    }

    func tokens(of jobs: Int) -> Int? { usage.totalTokens.flatMap { scaled(Int64($0), to: jobs) }.map { Int($0) } }

    private func scaled(_ amount: Int64, to jobs: Int) -> Int64? {
        guard done > 0 else { return nil }
        return Int64(exactly: Int128(amount) * Int128(jobs) / Int128(done))
    }
}
