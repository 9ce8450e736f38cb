import ArgumentParser
import CutlineExport

/// What a training wants said otherwise; stored captions never change.
struct ExportWordsOptions: ParsableArguments {
    @Option(
        name: .customLong("replace"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Replace a text wherever it stands, letter by letter; may be repeated, in this order.", valueName: "from=to"))
    var replacements: [String] = []
    @Option(parsing: .unconditional, help: ArgumentHelp("Words in front of each caption, such as 'sks style, '.", valueName: "text"))
    var prefix: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("Words behind each caption.", valueName: "text")) var suffix: String?
    @Flag(help: "Turn line breaks into spaces; some trainers read the first line only.") var oneLine = false

    /// - Throws: where the format is not one that is trained from.
    func check(_ format: Export.Format) throws {
        _ = try edit()
        let given = [
            ("--replace", !replacements.isEmpty), ("--prefix", prefix != nil), ("--suffix", suffix != nil), ("--one-line", oneLine),
        ]
        guard let name = given.first(where: \.1)?.0 else { return }
        switch format {
        case .jsonl, .csv, .sidecar, .imagefolder, .webdataset, .coco, .kohya: return
        case .labelStudio:
            throw ValidationError("\(name) is for what is trained from; what people mend in Label Studio are the captions as they are.")
        case .openAIBatch, .table:
            throw ValidationError("\(name) is for what is trained from; \(format.rawValue) shows the answers as they are.")
        }
    }

    func edit() throws -> CaptionEdit {
        let pairs = try replacements.map { text in
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2, !halves[0].isEmpty else {
                throw ValidationError(
                    "--replace \"\(Words.clean(text))\" is not understood; write 'FROM=TO', with nothing behind the = to remove a text.")
            }
            return CaptionEdit.Replacement(from: halves[0], to: halves[1])
        }
        return CaptionEdit(replacements: pairs, prefix: prefix ?? "", suffix: suffix ?? "", isOneLine: oneLine)
    }
}
