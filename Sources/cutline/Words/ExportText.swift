import CutlineCore
import CutlineExport

/// What an export came to, for stderr: where the records went, what was left out, what a reader should know.
struct ExportText {
    let order: ExportOrder
    let report: ExportReport
    /// As the user named it; nil: stdout, or beside the pictures.
    let output: String?

    var text: String {
        (destinations + leftOut + remarks + advice).map { "\($0)\n" }.joined()
    }

    private var destinations: [String] {
        guard let output else {
            guard order.destination == .pictures else { return [] }
            return ["\(Words.count(report.total, "caption")) → beside the pictures"]
        }
        guard let split = order.split else { return ["\(Words.count(report.total, "record")) → \(output)"] }
        return zip(split.parts, report.written).map { part, count in
            "\(Words.count(count, "record")) → \(name(of: part, output))"
        }
    }

    private func name(of part: Split.Part, _ output: String) -> String {
        switch order.format {
        case .sidecar, .imagefolder, .webdataset: "\(output)/\(part.name)"
        case .jsonl, .csv, .coco, .labelStudio, .kohya, .openAIBatch: ExportOrder.name(of: part, in: output)
        }
    }

    private var leftOut: [String] {
        Omission.allCases.compactMap { why in
            report.leftOut[why].map { "left out: \(counted($0)) \(why.words)" }
        }
    }

    private var remarks: [String] {
        Remark.allCases.compactMap { remark in
            report.remarks[remark].map { "note: \(counted($0)) \(remark.words)" }
        }
    }

    private func counted(_ count: ExportReport.Count) -> String {
        "\(Words.count(count.count, "record")) (\(count.count == 1 ? "" : "first: ")\(Words.shortened(Words.clean(count.first), to: 60)))"
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
        case .outsideRoot: "whose picture is not below --image-root"
        case .notUnicode: "whose path is not UTF-8, which this format cannot hold"
        case .nameTaken: "whose picture has another caption already; choose with --batch"
        case .nameTooLong: "whose caption file would have too long a name"
        case .captionFileExists: "whose caption file was there already"
        case .formatNotRead: "whose picture is HEIC, which the readers of this format do not open"
        }
    }
}

extension Remark {
    fileprivate var words: String {
        switch self {
        case .lineBreaks: "with line breaks: kohya reads the first line only; --one-line joins them"
        case .joinedLines: "had line breaks, which became spaces"
        case .fullName: "under a longer name, since another picture or caption has the short one"
        case .cleanedName: "under a name that differs from the picture's, for safety"
        case .noSize: "without width and height, which are not known"
        case .droppedNUL: "without its NUL characters, which Label Studio cannot store"
        case .keyRepeated: "under BATCH/KEY, since an earlier batch has the key; choose with --batch"
        case .appended: "added to a caption file that was there"
        }
    }
}
