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
    @Flag(help: "sidecar with -o, coco: names that Windows takes, and no two alike but for case.") var portableNames = false
    @Option(help: ArgumentHelp("imagefolder: how pictures come into the folder. (default: copy)", valueName: "how"))
    var pictures: PictureTransfer?
    @Option(
        help: ArgumentHelp(
            "webdataset: samples, or bytes such as 500MB, in a shard; may be given for each. (default: 10000 and 1GB)", valueName: "size"))
    var shardSize: [String] = []
    @Option(
        help: ArgumentHelp(
            "webdataset: a set for each of these kinds of pictures, in folders of their own: Hugging Face's loader reads one kind a set.",
            valueName: "a,b,…"))
    var kind: String?
    @Option(
        help: ArgumentHelp("label-studio: what stands before a picture's path. (default: \(TaskLinks.localFiles))", valueName: "prefix"))
    var imagePrefix: String?
    @Option(help: ArgumentHelp("label-studio: the folder that paths are told from. (default: this one)", valueName: "folder"))
    var imageRoot: String?
    @Flag(name: .customLong("labeling-config"), help: "label-studio: print the labelling configuration for the tasks, nothing else.")
    var labelingConfig = false

    /// - Throws: where an option is given that the format does not have, or cannot be read.
    func check(_ format: Export.Format, output: String?, joins: Bool) throws {
        let options: [(name: String, isGiven: Bool, formats: [Export.Format])] = [
            ("--fields", fields != nil, [.jsonl, .csv]), ("--csv-raw", csvRaw, [.csv]), ("--bom", bom, [.csv]),
            ("--caption-extension", captionExtension != nil, [.sidecar]), ("--existing", existing != nil, [.sidecar]),
            ("--portable-names", portableNames, [.sidecar, .coco]), ("--pictures", pictures != nil, [.imagefolder]),
            ("--shard-size", !shardSize.isEmpty, [.webdataset]), ("--kind", kind != nil, [.webdataset]),
            ("--image-prefix", imagePrefix != nil, [.labelStudio]),
            ("--image-root", imageRoot != nil, [.labelStudio]), ("--labeling-config", labelingConfig, [.labelStudio]),
        ]
        if let wrong = options.first(where: { $0.isGiven && !$0.formats.contains(format) }) {
            let right = wrong.formats.map(\.rawValue).joined(separator: " and ")
            throw ValidationError("\(wrong.name) is for --format \(right), not for \(format.rawValue).")
        }
        if portableNames, format == .sidecar, output == nil {
            throw ValidationError("--portable-names is for caption files in a folder of their own; name it with -o FOLDER.")
        }
        switch format {
        case .jsonl where joins, .csv where joins: _ = try joinedFields()
        case .jsonl: _ = try chosen(RecordField.self)
        case .csv: _ = try chosen(CSVColumn.self)
        case .sidecar: _ = try sidecarStyle()
        case .webdataset: _ = try (shardLimit(), kinds())
        case .imagefolder, .coco, .kohya, .labelStudio, .openAIBatch, .table: break
        }
    }

    /// What is said of the form, apart from the fields of a join.
    func format(_ format: Export.Format, in environment: Environment, joins: Bool) throws -> ExportFormat? {
        switch format {
        case .jsonl: .jsonl(JSONLinesStyle(fields: try joins ? nil : chosen()))
        case .csv: .csv(CSVStyle(columns: try joins ? nil : chosen(), isRaw: csvRaw, hasByteOrderMark: bom))
        case .sidecar: .sidecar(try sidecarStyle())
        case .imagefolder: .imagefolder(pictures ?? .copy)
        case .webdataset: .webdataset(try shardLimit(), kinds: try kinds())
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

    /// Of a join.
    func joinedFields() throws -> [JoinedField] { try chosen() ?? JoinedField.allCases }

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
        return SidecarStyle(fileExtension: ending, existing: existing ?? .refuse)
    }

    /// Empty: pictures of all kinds are one set.
    private func kinds() throws -> [PictureFormat] {
        guard let kind else { return [] }
        var kinds: [PictureFormat] = []
        for name in kind.lowercased().split(separator: ",", omittingEmptySubsequences: false) {
            let kind = ["jpg": PictureFormat.jpeg, "tif": .tiff][name] ?? PictureFormat(rawValue: String(name))
            guard let kind else {
                let known = PictureFormat.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no kind of picture \"\(Words.clean(String(name)))\"; there are \(known).")
            }
            if kinds.contains(kind) { throw ValidationError("--kind names \(kind.rawValue) twice.") }
            kinds.append(kind)
        }
        return kinds
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
