import CutlineCore
import SystemPackage

/// Writes records, page by page, so that memory stays flat however many there are.
package enum Exporter {
    /// - Throws: `ExportError`, or what reading the records throws; then nothing is left of a file or new folder.
    @discardableResult
    package static func export(_ order: ExportRequest, _ source: RecordSource) throws -> ExportReport {
        let join = order.joins ? JoinedColumns(order.batches, order.joinedFields) : nil
        return switch order.format {
        case .jsonl(let style): try write(order, source) { JSONLines(style, join) }
        case .csv(let style): try write(order, source) { CSVTable(style, join) }
        case .coco: try write(order, source) { COCOCaptions(hasPortableNames: order.hasPortableNames) }
        case .labelStudio(let links): try write(order, source) { LabelStudioTasks(links) }
        case .kohya: try write(order, source) { KohyaMetadata() }
        case .openAIBatch: try write(order, source) { OpenAIBatchOutput() }
        case .sidecar(let style): try SidecarExport(order, style).write(source)
        case .imagefolder(let transfer): try write(order, source, ImageFolder.marks) { try ImageFolder($0, transfer, join) }
        case .webdataset(let limit, _): try write(order, source, WebDataset.marks) { WebDataset($0, limit, join) }
        }
    }

    // MARK: - Files

    private static func write<Text: RecordText>(
        _ order: ExportRequest, _ source: RecordSource, _ make: () -> Text
    ) throws -> ExportReport {
        let outputs = try Output.all(of: order)
        var committed = 0
        defer { for (index, output) in outputs.enumerated() { output.end(committed: index < committed) } }
        let report = try fill(outputs, try RecordStream(order, source), make)
        for output in outputs {
            try output.commit()
            committed += 1
        }
        return report
    }

    private static func fill<Text: RecordText>(
        _ outputs: [Output], _ records: RecordStream, _ make: () -> Text
    ) throws -> ExportReport {
        var report = ExportReport(sets: outputs.count)
        var texts = outputs.map { _ in make() }
        for pass in 0..<texts[0].passes {
            // What was left out was counted in the first pass.
            var counted = ExportReport(sets: outputs.count)
            for index in texts.indices { texts[index].begin(pass: pass) }
            try records.forEach(&counted) { record, set, counted in
                try texts[set].add(record, &counted)
                if texts[set].bytes.count >= 65_536 { try texts[set].flush(to: outputs[set]) }
            }
            for index in texts.indices {
                texts[index].end(pass: pass)
                try texts[index].flush(to: outputs[index])
            }
            if pass == 0 { report = counted }
        }
        return report
    }

    // MARK: - Folders

    private static func write<Form: RecordFolder>(
        _ order: ExportRequest, _ source: RecordSource, _ marks: DatasetMarks, _ make: (Folder) throws -> Form
    ) throws -> ExportReport {
        let dataset = try DatasetFolder(order.destination.folder(), overwrite: order.overwrite, marks)
        defer { dataset.end() }
        var report = ExportReport(sets: order.sets.count)
        var forms = try dataset.folders(of: order.sets).map(make)
        // A picture that comes twice is no fault, but to be known.
        var pictures: Set<UInt64> = []
        try RecordStream(order, source).forEach(&report) { record, set, report in
            try forms[set].add(record, &report)
            if !pictures.insert(record.pictureHash).inserted { report.remark(.samePicture, record) }
        }
        for index in forms.indices { try forms[index].end() }
        try dataset.commit()
        return report
    }
}

extension RecordText {
    fileprivate mutating func flush(to output: Output) throws(ExportError) {
        try output.write(bytes)
        removeAll()
    }
}
