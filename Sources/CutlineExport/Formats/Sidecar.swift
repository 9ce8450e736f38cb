import CutlineCore
import SystemPackage

/// What is said about caption files.
package struct SidecarStyle: Hashable, Sendable {
    /// What happens where a caption file exists already.
    package enum Existing: String, CaseIterable, Hashable, Sendable {
        /// Nothing at all is written.
        case refuse
        case skip, overwrite
        /// The caption goes on a line below, unless it stands there.
        case append
    }

    /// Without the dot.
    package var fileExtension: String
    package var existing: Existing

    package init(fileExtension: String = "txt", existing: Existing = .refuse) {
        self.fileExtension = fileExtension
        self.existing = existing
    }
}

/// A text file for each picture, beside it or under the same relative path in another folder.
struct SidecarExport {
    private let order: ExportRequest
    private let style: SidecarStyle

    init(_ order: ExportRequest, _ style: SidecarStyle) { (self.order, self.style) = (order, style) }

    func write(_ source: RecordSource) throws -> ExportReport {
        let records = try RecordStream(order, source)
        guard case .file(let path) = order.destination else { return try add(records, to: nil) }
        // A new folder appears as a whole; in one that is there each file does.
        guard let new = try NewFolder(path) else { return try add(records, to: Folder(at: path)) }
        defer { new.end() }
        let report = try fill(new.folder, records)
        try new.commit()
        return report
    }

    private func add(_ records: RecordStream, to folder: Folder?) throws -> ExportReport {
        if style.existing == .refuse { try refuse(folder, records) }
        return try fill(folder, records)
    }

    private func fill(_ folder: Folder?, _ records: RecordStream) throws -> ExportReport {
        var checksCache = SidecarWriter(below: folder, order, style)
        var report = ExportReport(sets: order.sets.count)
        try records.forEach(&report) { record, set, report in
            let caption = try record.captionText()
            try checksCache.write(Array(caption.utf8), of: record, set: set, &report)
            if caption.hasLineBreaks { report.remark(.lineBreaks, record) }
        }
        try checksCache.end()
        return report
    }

    /// Looks at all of them before the first is written.
    private func refuse(_ folder: Folder?, _ records: RecordStream) throws {
        var checksCache = SidecarWriter(below: folder, order, style)
        var count = 0
        var first: FilePath?
        var unsaid = ExportReport(sets: order.sets.count)
        try records.forEach(&unsaid) { record, set, _ in
            _ = try record.captionText()
            guard let path = try checksCache.existing(record, set: set) else { return }
            count += 1
            first = first ?? path
        }
        if let first { throw ExportError.captionFilesExist(count, first: first) }
    }
}
