import CutlineInput

/// What was left out of an input, and what is odd about its pictures, for people.
enum InputText {
    /// `skipped 3 pictures that cannot be taken and 20 files that are not pictures`, and below it the names that somebody would miss.
    static func skipped(_ skipped: Skipped, _ report: InputReport) -> [String] {
        var counted = skipped
        counted.exports = 0
        let exports = report.tally(.export)
        let more = exports.count - exports.first.count
        return [counted.description].compactMap(\.self) + names(report.tally(.skipped))
            + exports.first.map { "skipped the export \(shown($0.name)); name it as an input to take its pictures" }
            + (more > 0 ? ["skipped \(Words.count(more, "more export"))"] : [])
    }

    /// What was named by itself and is left out with `--skip-bad`.
    static func bad(_ bad: InputReport.Tally) -> [String] {
        bad.count == 0 ? [] : ["left out \(Words.number(bad.count)) of the input that cannot be used:"] + names(bad)
    }

    static func gone(_ gone: InputReport.Tally) -> [String] {
        gone.count == 0 ? [] : ["skipped \(Words.count(gone.count, "name")) that could not be read any more:"] + names(gone)
    }

    static func damaged(_ damaged: InputReport.Tally, areSent: Bool) -> [String] {
        guard damaged.count > 0 else { return [] }
        let (they, them) = damaged.count == 1 ? ("is", "it") : ("are", "them")
        let what = "\(Words.count(damaged.count, "picture")) \(they) cut off"
        let then =
            areSent
            ? "sent all the same, and left out of datasets whose reader decodes \(them):"
            : "not sent; restore \(them) and run again, or send \(them) with --damaged send:"
        return ["\(what), \(then)"] + list(damaged) { shown($0.name) }
    }

    /// `312 of 1,000 pictures lie on their side; models see them so: --prepare fit turns them`; nil where all stand upright.
    ///
    /// - Parameter areTurned: whether they are sent upright.
    static func turned(_ counts: TurnedPictures.Counts, areTurned: Bool) -> String? {
        let parts = [
            (counts.onTheirSide, "lies on its side", "lie on their side"), (counts.upsideDown, "stands upside down", "stand upside down"),
            (counts.mirrored, "is mirrored", "are mirrored"),
        ].filter { $0.0 > 0 }
        guard let first = parts.first else { return nil }
        let all = "\(Words.number(first.0)) of \(Words.count(counts.pictures, "picture")) \(first.0 == 1 ? first.1 : first.2)"
        let rest = parts.dropFirst().map { "\(Words.number($0.0)) \($0.0 == 1 ? $0.1 : $0.2)" }
        let joined = ([all] + rest.dropLast()).joined(separator: ", ") + (rest.last.map { " and \($0)" } ?? "")
        let isOne = parts.map(\.0).reduce(0, +) == 1
        if areTurned { return "\(joined); \(isOne ? "it is" : "they are") turned before \(isOne ? "it is" : "they are") sent" }
        return "\(joined); models see \(isOne ? "it" : "them") so: --prepare fit turns \(isOne ? "it" : "them")"
    }

    /// The last sentence of a command that left something out.
    static func leftOut(_ count: Int) -> String {
        "\(Words.number(count)) of what the input names cannot be used, and \(count == 1 ? "was" : "were") left out"
    }

    private static func names(_ tally: InputReport.Tally) -> [String] {
        list(tally) { "\(shown($0.name)): \(Words.shortened(Words.clean($0.reason), to: 200))" }
    }

    private static func list(_ tally: InputReport.Tally, _ line: (InputReport.Line) -> String) -> [String] {
        let more = tally.count - tally.first.count
        return tally.first.map { "  \(line($0))" } + (more > 0 ? ["  and \(Words.number(more)) more; --report FILE names them all"] : [])
    }

    private static func shown(_ name: String) -> String { Words.shortened(Words.clean(name), to: 160) }
}
