import ArgumentParser
import CutlineQueue

/// Working on a part of a batch first.
struct SampleOptions: ParsableArguments {
    /// Each turn looks every job of a sample up.
    static let most = 10_000

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Caption only this many pictures of the batch, the same ones each time, and say what all of them would cost.", valueName: "n"))
    var sample: Int?

    func validate() throws {
        if let sample, !(1...Self.most).contains(sample) {
            throw ValidationError("--sample must be at least 1 and at most \(Words.number(Self.most)).")
        }
    }

    /// The part of the batch that is worked on.
    func scope(of batch: BatchID, _ reader: QueueReader) throws -> Scope {
        guard let sample else { return .batch(batch) }
        return .jobs([batch: try reader.sample(of: batch, count: sample)])
    }
}
