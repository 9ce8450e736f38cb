import ArgumentParser
import CutlineCore
import CutlineExport
import CutlineQueue

/// Which records are exported, and into which parts.
struct ExportSelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("batch"),
        help: ArgumentHelp(
            "Only this batch; may be repeated. Where a picture has room for one caption, the batch named last goes first. (default: all but trials of `compare`; the newest goes first)",
            valueName: "name"))
    var batches: [String] = []
    @Flag(help: "One record a picture, with what each batch says of it: jsonl, csv, imagefolder, webdataset.") var join = false
    @Flag(help: "Entries, too, whose picture has left its input.") var missing = false
    @Option(help: ArgumentHelp("Only entries whose job is in this state.", valueName: "state"))
    var state: StateChoice = .one(.succeeded)
    @Option(
        name: .customLong("flag"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Only captions with this flag; '!name' for those without it, '!any' for those without any. May be repeated.",
            valueName: "name"))
    var flags: [String] = []
    @Option(
        help: ArgumentHelp(
            "Only what was finished at this time or later: 2026-11-20, 2026-11-20T12:00+01:00 (else UTC).", valueName: "time"))
    var since: String?
    @Option(
        help: ArgumentHelp("Parts and their shares, such as train=0.9,val=0.1: a picture's part never changes.", valueName: "parts"))
    var split: String?
    @Option(help: ArgumentHelp("Another number, another split. (default: 0)", valueName: "number")) var seed: UInt64?

    enum StateChoice: ExpressibleByArgument, CustomStringConvertible {
        static var allValueStrings: [String] { JobState.allCases.map(\.rawValue) + ["all"] }

        case all
        case one(JobState)

        init?(argument: String) {
            if argument == "all" {
                self = .all
            } else if let state = JobState(rawValue: argument) {
                self = .one(state)
            } else {
                return nil
            }
        }

        var description: String { state?.rawValue ?? "all" }

        var state: JobState? {
            guard case .one(let state) = self else { return nil }
            return state
        }
    }

    func check(_ format: Export.Format, output: String?) throws {
        _ = try (flagSelection(), sinceTime(), parts(for: format))
        if let twice = batches.first(where: { name in batches.count { $0.utf8.elementsEqual(name.utf8) } > 1 }) {
            throw ValidationError("--batch names \"\(Words.clean(twice))\" twice.")
        }
        try checkJoin(format)
        if seed != nil, split == nil { throw ValidationError("--seed is for --split.") }
        guard split != nil else { return }
        if format == .table { throw ValidationError("--split is not for --format table.") }
        if output == nil { throw ValidationError("--split needs -o: a name that the parts are told from, or a folder for them.") }
    }

    private func checkJoin(_ format: Export.Format) throws {
        guard join, ![.jsonl, .csv, .imagefolder, .webdataset].contains(format) else { return }
        let instead =
            switch format {
            case .coco, .labelStudio: "which keeps the captions of all batches beside each other"
            case .openAIBatch: "which has a line for each answer"
            case .table: "which is for eyes"
            case .sidecar, .kohya, .jsonl, .csv, .imagefolder, .webdataset: "which holds one caption a picture; choose with --batch"
            }
        throw ValidationError("--join is for --format jsonl, csv, imagefolder and webdataset, not for \(format.rawValue), \(instead).")
    }

    func records(of chosen: ChosenBatches) throws -> RecordSelection {
        RecordSelection(batches: chosen.batches.map(\.id), state: state.state, flags: try flagSelection(), since: try sinceTime())
    }

    func chosenBatches(in reader: QueueReader) throws -> ChosenBatches {
        guard batches.isEmpty else { return ChosenBatches(batches: try batches.map(reader.batch(named:)), trials: []) }
        let all = try reader.batches()
        return ChosenBatches(batches: all.filter { !$0.isTrial }, trials: all.filter(\.isTrial))
    }

    private func sinceTime() throws -> Timestamp? {
        guard let since else { return nil }
        if let time = Timestamp(iso8601: since) { return time }
        throw ValidationError(
            "--since \"\(Words.clean(since))\" is no time; write 2026-11-20, 2026-11-20T12:00 or 2026-11-20T12:00:00+01:00.")
    }

    private func flagSelection() throws -> FlagSelection { try FlagSelection(names: flags) }

    func parts(for format: Export.Format) throws -> Split? {
        guard let split else { return nil }
        var parts: [Split.Part] = []
        for item in split.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2, let share = Double(halves[1]), share.isFinite, share > 0 else {
                throw ValidationError("--split \"\(Words.clean(split))\" is not understood; write NAME=SHARE,…, such as train=0.9,val=0.1.")
            }
            parts.append(Split.Part(name: try Self.name(halves[0], for: format), share: share))
        }
        let sum = parts.map(\.share).reduce(0, +)
        guard abs(sum - 1) < 1e-6 else { throw ValidationError("The shares of --split add up to \(sum), not to 1.") }
        guard Set(parts.map { $0.name.lowercased() }).count == parts.count else {
            throw ValidationError("Two parts of --split have one name\(format == .imagefolder ? " for Hugging Face" : "").")
        }
        return Split(parts, seed: seed ?? 0)
    }

    /// Hugging Face knows three splits, under several words each, and leaves out a folder of any other name.
    private static func name(_ name: String, for format: Export.Format) throws -> String {
        let isPlain = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 40, !name.hasPrefix("-") else {
            throw ValidationError("\"\(Words.clean(name))\" is no name for a part: up to 40 letters, digits, - and _.")
        }
        guard format == .imagefolder else { return name }
        switch name {
        case "train", "training": return "train"
        case "validation", "valid", "val", "dev": return "validation"
        case "test", "testing", "eval", "evaluation": return "test"
        default:
            throw ValidationError("Hugging Face would not see a part \"\(name)\" of an imagefolder; use train, validation (val) and test.")
        }
    }
}

/// The batches of an export; where a picture has room for one caption, the last goes before the others.
struct ChosenBatches {
    let batches: [Batch]
    /// Of `compare`, left out because nobody named them.
    let trials: [Batch]

    var names: [String] { batches.map(\.settings.name) }
}
