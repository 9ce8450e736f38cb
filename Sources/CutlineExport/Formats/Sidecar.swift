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
    /// Whether line breaks become spaces: some trainers read the first line only.
    package var isOneLine: Bool

    package init(fileExtension: String = "txt", existing: Existing = .refuse, isOneLine: Bool = false) {
        self.fileExtension = fileExtension
        self.existing = existing
        self.isOneLine = isOneLine
    }
}

/// A text file for each picture, beside it or under the same relative path in another folder.
struct SidecarExport {
    private let order: ExportOrder
    private let style: SidecarStyle

    init(_ order: ExportOrder, _ style: SidecarStyle) { (self.order, self.style) = (order, style) }

    func write(_ source: RecordSource) throws -> ExportReport {
        guard case .file(let path) = order.destination else { return try addTo(nil, source) }
        // A new folder appears as a whole; in one that is there each file does.
        guard let new = try NewFolder(path) else { return try addTo(Folder(at: path), source) }
        defer { new.end() }
        let report = try fill(new.folder, source)
        try new.commit()
        return report
    }

    private func addTo(_ folder: Folder?, _ source: RecordSource) throws -> ExportReport {
        if style.existing == .refuse { try refuse(folder, source) }
        return try fill(folder, source)
    }

    private func fill(_ folder: Folder?, _ source: RecordSource) throws -> ExportReport {
        var shelf = SidecarShelf(below: folder, order.split, style)
        var report = ExportReport(parts: order.split?.parts.count ?? 1)
        try source.forEach { record in
            let part = order.split?.part(of: record) ?? 0
            do {
                let caption = try caption(of: record, &report)
                try shelf.write(caption, of: record, part: part, &report)
                report.written[part] += 1
            } catch let why as Omission {
                report.leaveOut(record, why)
            }
        }
        try shelf.end()
        return report
    }

    /// Looks at all of them before the first is written.
    private func refuse(_ folder: Folder?, _ source: RecordSource) throws {
        var shelf = SidecarShelf(below: folder, order.split, style)
        var count = 0
        var first: FilePath?
        try source.forEach { record in
            do {
                _ = try record.captionText()
                guard let path = try shelf.existing(record, part: order.split?.part(of: record) ?? 0) else { return }
                count += 1
                first = first ?? path
            } catch is Omission {
                return
            }
        }
        if let first { throw ExportError.captionFilesExist(count, first: first) }
    }

    private func caption(of record: Record, _ report: inout ExportReport) throws(Omission) -> [UInt8] {
        let text = try record.captionText()
        guard text.unicodeScalars.contains(where: Self.breaksLine) else { return Array(text.utf8) }
        report.remark(style.isOneLine ? .joinedLines : .lineBreaks, record)
        return Array((style.isOneLine ? Self.joined(text) : text).utf8)
    }

    private static func joined(_ text: String) -> String {
        text.unicodeScalars.split(whereSeparator: breaksLine).map(String.init).joined(separator: " ")
    }

    private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
