import ArgumentParser
import CutlineCore
import CutlineExport

extension SidecarStyle.Existing: ExpressibleByArgument {}
extension PictureTransfer: ExpressibleByArgument {}

/// How a format is written; each option belongs to certain formats.
struct ExportFormOptions: ParsableArguments {
    @Option(help: ArgumentHelp("jsonl, csv: only these fields, in this order.", valueName: "a,b,…")) var fields: String?
    @Flag(help: "csv: exact texts, without the ' that keeps spreadsheets from running them.") var csvRaw = false
    @Flag(help: "csv: begin with a byte-order mark, for Excel.") var bom = false
    @Option(help: ArgumentHelp("sidecar: the ending of caption files. (default: txt)", valueName: "ending")) var captionExtension: String?
    @Option(help: ArgumentHelp("sidecar: what to do where caption files exist. (default: refuse)", valueName: "what"))
    var existing: SidecarStyle.Existing?
    @Flag(help: "sidecar: turn line breaks into spaces; some trainers read the first line only.") var oneLine = false
    @Option(help: ArgumentHelp("imagefolder: how pictures come into the folder. (default: copy)", valueName: "how"))
    var pictures: PictureTransfer?
    @Option(
        help: ArgumentHelp(
            "webdataset: samples, or bytes such as 500MB, in a shard; may be given for each. (default: 10000 and 1GB)", valueName: "size"))
    var shardSize: [String] = []
    @Option(
        help: ArgumentHelp("label-studio: what stands before a picture's path. (default: \(TaskLinks.localFiles))", valueName: "prefix"))
    var imagePrefix: String?
    @Option(help: ArgumentHelp("label-studio: the folder that paths are told from. (default: this one)", valueName: "folder"))
    var imageRoot: String?
    @Flag(name: .customLong("labeling-config"), help: "label-studio: print the labelling configuration for the tasks, nothing else.")
    var labelingConfig = false

    /// - Throws: where an option is given that the format does not have, or cannot be read.
    func check(_ format: Export.Format) throws {
        let options: [(name: String, isGiven: Bool, formats: [Export.Format])] = [
            ("--fields", fields != nil, [.jsonl, .csv]), ("--csv-raw", csvRaw, [.csv]), ("--bom", bom, [.csv]),
            ("--caption-extension", captionExtension != nil, [.sidecar]), ("--existing", existing != nil, [.sidecar]),
            ("--one-line", oneLine, [.sidecar]), ("--pictures", pictures != nil, [.imagefolder]),
            ("--shard-size", !shardSize.isEmpty, [.webdataset]), ("--image-prefix", imagePrefix != nil, [.labelStudio]),
            ("--image-root", imageRoot != nil, [.labelStudio]), ("--labeling-config", labelingConfig, [.labelStudio]),
        ]
        if let wrong = options.first(where: { $0.isGiven && !$0.formats.contains(format) }) {
            let right = wrong.formats.map(\.rawValue).joined(separator: " and ")
            throw ValidationError("\(wrong.name) is for --format \(right), not for \(format.rawValue).")
        }
        switch format {
        case .jsonl: _ = try chosen(RecordField.self)
        case .csv: _ = try chosen(CSVColumn.self)
        case .sidecar: _ = try sidecarStyle()
        case .webdataset: _ = try shardLimit()
        case .imagefolder, .coco, .kohya, .labelStudio, .openAIBatch, .table: break
        }
    }

    func format(_ format: Export.Format, in environment: Environment) throws -> ExportFormat? {
        switch format {
        case .jsonl: .jsonl(JSONLinesStyle(fields: try chosen()))
        case .csv: .csv(CSVStyle(columns: try chosen(), isRaw: csvRaw, hasByteOrderMark: bom))
        case .sidecar: .sidecar(try sidecarStyle())
        case .imagefolder: .imagefolder(pictures ?? .copy)
        case .webdataset: .webdataset(try shardLimit())
        case .coco: .coco
        case .kohya: .kohya
        case .labelStudio:
            .labelStudio(
                TaskLinks(
                    prefix: imagePrefix ?? TaskLinks.localFiles, root: environment.path(imageRoot ?? ".").lexicallyNormalized()))
        case .openAIBatch: .openAIBatch
        case .table: nil
        }
    }

    /// Nil: all of them.
    private func chosen<Field: RawRepresentable & CaseIterable & Hashable>(_: Field.Type = Field.self) throws -> [Field]?
    where Field.RawValue == String {
        guard let fields else { return nil }
        var chosen: [Field] = []
        for name in fields.split(separator: ",", omittingEmptySubsequences: false) {
            guard let field = Field(rawValue: String(name)) else {
                let known = Field.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no field \"\(Words.clean(String(name)))\"; there are \(known).")
            }
            if chosen.contains(field) { throw ValidationError("--fields names \(name) twice.") }
            chosen.append(field)
        }
        return chosen
    }

    private func sidecarStyle() throws -> SidecarStyle {
        let ending = captionExtension.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 } ?? "txt"
        let isPlain = ending.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x5F }
        guard isPlain, (1...20).contains(ending.utf8.count) else {
            throw ValidationError(
                "--caption-extension \"\(Words.clean(ending))\" must be 1 to 20 letters and digits, such as txt or caption.")
        }
        if PictureFormat.allCases.contains(where: { $0.rawValue == ending.lowercased() }) || ending.lowercased() == "jpg" {
            throw ValidationError("--caption-extension \(ending) is that of pictures; caption files are texts, such as txt or caption.")
        }
        return SidecarStyle(fileExtension: ending, existing: existing ?? .refuse, isOneLine: oneLine)
    }

    private func shardLimit() throws -> ShardLimit {
        var limit = ShardLimit()
        for text in shardSize {
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            let units: [String: Int64] = ["KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000]
            guard let number = Int64(digits), number > 0, number <= 1_000_000_000 else { throw Self.notUnderstood(text) }
            let unit = text.dropFirst(digits.count)
            if unit.isEmpty {
                limit.samples = Int(number)
            } else if let factor = units[unit.uppercased()] {
                limit.bytes = number * factor
            } else {
                throw Self.notUnderstood(text)
            }
        }
        return limit
    }

    private static func notUnderstood(_ text: String) -> ValidationError {
        ValidationError(
            "--shard-size \"\(Words.clean(text))\" is not understood; write a number of samples, or bytes such as 500MB or 1GB.")
    }
}
