import CutlineCore
import CutlineExport
import CutlineQueue

/// What an export came to, for stderr: where the records went, what was left out, what a reader should know.
struct ExportText {
    let order: ExportRequest
    let report: ExportReport
    /// As the user named it; nil: stdout, or beside the pictures.
    let output: String?
    let selection: ExportSelectionOptions
    let words: ExportWordsOptions
    let trials: [Batch]

    var text: String {
        let lines = destinations + Self.told(trials) + leftOut + gaps + remarks + kinds + replacements + advice
        return lines.map { "\($0)\n" }.joined()
    }

    /// Beside a table on stdout.
    static func table(trials: [Batch], missing: Int) -> String {
        let leftOut = missing == 0 ? [] : ["left out: \(Words.count(missing, "record")) \(Omission.missing.words)"]
        return (told(trials) + leftOut).map { "\($0)\n" }.joined()
    }

    private static func told(_ trials: [Batch]) -> [String] {
        guard !trials.isEmpty else { return [] }
        let names = trials.prefix(3).map { Words.shortened(Words.clean($0.settings.name), to: 60) } + (trials.count > 3 ? ["…"] : [])
        return [
            "note: not among them: \(Words.count(trials.count, "trial")) of `compare` (\(names.joined(separator: ", "))); --batch takes one in"
        ]
    }

    private var destinations: [String] {
        guard let output else {
            guard order.destination == .pictures else { return [] }
            return ["\(Words.count(report.total, "caption")) → beside the pictures"]
        }
        return zip(order.sets, report.written).map { "\(Words.count($1, "record")) → \(name(of: $0, output))" }
    }

    private func name(of set: [String], _ output: String) -> String {
        switch order.format {
        case .sidecar, .imagefolder, .webdataset: return ([output] + set).joined(separator: "/")
        case .jsonl, .csv, .coco, .labelStudio, .kohya, .openAIBatch:
            return set.first.map { ExportRequest.name(ofPart: $0, in: output) } ?? output
        }
    }

    private var leftOut: [String] {
        Omission.allCases.compactMap { why in
            report.leftOut[why].map { "left out: \(counted($0, namesAll: why == .pictureDamaged)) \(words(for: why))" }
        }
    }

    private func words(for why: Omission) -> String {
        guard why == .otherBatch else { return why.words }
        let batch = selection.batches.isEmpty ? "a newer batch" : "a batch that is named later"
        let canJoin =
            switch order.format {
            case .imagefolder, .webdataset: true
            case .jsonl, .csv, .sidecar, .coco, .labelStudio, .kohya, .openAIBatch: false
            }
        let instead = canJoin ? "--join keeps them together" : "jsonl and csv keep them all"
        return "of a picture that \(batch) captions, too: this format takes one caption a picture; choose with --batch, or \(instead)"
    }

    private var gaps: [String] {
        order.batches.compactMap { batch in
            report.gaps[batch].map { "note: \(counted($0)) without a caption of batch \"\(Words.clean(batch))\"" }
        }
    }

    private var remarks: [String] {
        Remark.allCases.compactMap { remark in
            report.remarks[remark].map { "note: \(counted($0, namesAll: remark.namesAll)) \(remark.words)" }
        }
    }

    /// Hugging Face's loader settles the fields by the first five samples; behind them a picture of another kind is none to it.
    private var kinds: [String] {
        guard case .webdataset(_, let chosen) = order.format, chosen.isEmpty, report.kinds.count > 1 else { return [] }
        let kinds = PictureFormat.allCases.compactMap { kind in report.kinds[kind].map { (kind: kind.rawValue, count: $0) } }
        let counts = kinds.map { "\(Words.number($0.count)) \($0.kind)" }.joined(separator: ", ")
        let names = kinds.map(\.kind).joined(separator: ",")
        return [
            "note: pictures of \(kinds.count) kinds (\(counts)): Hugging Face's loader reads only one kind a set; "
                + "--kind \(names) writes a set for each"
        ]
    }

    private var replacements: [String] {
        guard report.total > 0 else { return [] }
        return words.replacements.indices.filter { !report.usedReplacements.contains($0) }.map {
            "note: --replace \(Words.quoted(Words.clean(words.replacements[$0]))) changed no caption"
        }
    }

    private func counted(_ count: ExportReport.Count, namesAll: Bool = false) -> String {
        let keys = count.keys.prefix(namesAll ? count.keys.count : 1).map { Words.shortened(Words.clean($0), to: 60) }
        let more = count.count - keys.count
        let names =
            namesAll
            ? keys.joined(separator: ", ") + (more > 0 ? " and \(Words.number(more)) more" : "")
            : (count.count == 1 ? "" : "first: ") + (keys.first ?? "")
        return "\(Words.count(count.count, "record")) (\(names))"
    }

    private var advice: [String] {
        guard case .labelStudio(let links) = order.format, output != nil, links.prefix == TaskLinks.localFiles, report.total > 0 else {
            return []
        }
        return [
            "Label Studio shows the pictures when it is started with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and "
                + "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT=\(Words.quoted(links.root.text)); "
                + "`cutline export --format label-studio --labeling-config` prints the labelling configuration"
        ]
    }
}

extension Omission {
    fileprivate var words: String {
        switch self {
        case .missing: "whose picture has left its input; --missing keeps them"
        case .otherBatch: "of a picture that another batch captions, too"
        case .noCaption: "without a caption"
        case .noAnswer: "without an answer yet"
        case .severalPictures: "of several pictures, which this format cannot hold"
        case .onTheWeb: "whose picture is on the web, not here"
        case .pictureGone: "whose picture is gone"
        case .pictureChanged: "whose picture is another one since it was captioned; run the batch again"
        case .pictureUnreadable: "whose picture cannot be read"
        case .pictureTooLarge: "whose picture is above 8 GiB, too large for a tar file"
        case .pictureDamaged:
            "whose picture is cut off, which would end the dataset's reader in the middle; restore it and run the batch again"
        case .otherKind: "whose picture is of a kind that --kind does not name"
        case .outsideRoot: "whose picture is not below --image-root"
        case .notUnicode: "whose path is not UTF-8, which this format cannot hold"
        case .nameTaken: "whose picture has another caption of the batch already"
        case .nameTooLong: "whose caption file would have too long a name"
        case .captionFileExists: "whose caption file was there already"
        case .formatNotRead: "whose picture is HEIC, which the readers of this format do not open"
        case .inArchive:
            "whose picture lies in an archive, where this format cannot point to it; choose a format that copies pictures, or give -o FOLDER for caption files"
        }
    }
}

extension Remark {
    /// Whether the reader must see to each of them.
    fileprivate var namesAll: Bool {
        switch self {
        case .sharedStem, .outsidePath, .portableName: true
        case .lineBreaks, .joinedLines, .secondCaption, .secondInBatch, .samePicture, .olderPicture, .wholePath, .noSize, .droppedNUL,
            .keyRepeated, .appended, .copiedFromArchive:
            false
        }
    }

    fileprivate var words: String {
        switch self {
        case .lineBreaks: "with line breaks: kohya reads the first line only; --one-line joins them"
        case .joinedLines: "had line breaks, which became spaces"
        case .sharedStem:
            "under the whole name (cat.png.txt), since another picture has the stem: trainers read that one's caption (cat.txt) for both; "
                + "rename one of them"
        case .secondCaption: "under a longer name, since the picture has another caption: trainers read that one alone"
        case .secondInBatch: "with several captions of one batch, of which the last is taken"
        case .samePicture: "of a picture that is there already: it comes once for each caption"
        case .olderPicture: "without what was said of an earlier state of the picture"
        case .wholePath: "under the whole path, since another picture has that below its input"
        case .outsidePath: "elsewhere than the picture, whose path leads out of the folder"
        case .portableName: "under a name that differs from the picture's: give the picture that name, too"
        case .noSize: "without width and height, which are not known"
        case .droppedNUL: "without its NUL characters, which Label Studio cannot store"
        case .keyRepeated: "under BATCH/KEY, since an earlier batch has the key; choose with --batch"
        case .appended: "added to a caption file that was there"
        case .copiedFromArchive: "with a copy of its picture, since no link leads into an archive"
        }
    }
}
