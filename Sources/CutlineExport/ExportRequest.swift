import CutlineCore
import SystemPackage

/// What is to be exported, and where to.
package struct ExportRequest: Hashable, Sendable {
    package var format: ExportFormat
    package var destination: Destination
    /// Whether what stands there may be replaced.
    package var overwrite: Bool
    package var split: Split?
    /// The names of the batches that the records are of. Where a picture has room for one caption, the last of them that has one gives it.
    package var batches: [String] = []
    /// Whether each picture is one record, with what each of `batches` says of it.
    package var joins = false
    /// Of a join in lines and tables, in this order.
    package var joinedFields = JoinedField.allCases
    package var edit = CaptionEdit()
    /// Whether entries stay whose picture left its input.
    package var keepsMissing = false
    /// Whether names are made such that every system takes them.
    package var hasPortableNames = false

    package init(_ format: ExportFormat, to destination: Destination, overwrite: Bool = false, split: Split? = nil) {
        self.format = format
        self.destination = destination
        self.overwrite = overwrite
        self.split = split
    }
}

extension ExportRequest {
    /// What the export falls into, each by the folders that it lies in: the parts of the split, in webdataset inside a set of each kind of
    /// picture. One without a name where nothing is parted.
    package var sets: [[String]] {
        let parts = split.map { $0.parts.map { [$0.name] } } ?? [[]]
        return kinds.isEmpty ? parts : kinds.flatMap { kind in parts.map { [kind.rawValue] + $0 } }
    }

    /// - Throws: `Omission` where it is in none of them.
    func set(of record: Record) throws(Omission) -> Int {
        let part = split?.part(of: record) ?? 0
        guard !kinds.isEmpty else { return part }
        guard let kind = kinds.firstIndex(of: try record.onlyFile().format) else { throw .otherKind }
        return kind * (split?.parts.count ?? 1) + part
    }

    private var kinds: [PictureFormat] { if case .webdataset(_, let kinds) = format { kinds } else { [] } }
}

/// The records of an export. Some formats read them twice.
package struct RecordSource {
    /// Begins anew; what it returns hands over the next page, nil at the end.
    package let pages: () throws -> () throws -> [Record]?
    /// The record of an entry's number, for those that are brought together; nil where there is none.
    package let record: (Int64) throws -> Record?

    package init(
        _ pages: @escaping () throws -> () throws -> [Record]?, record: @escaping (Int64) throws -> Record? = { _ in nil }
    ) {
        self.pages = pages
        self.record = record
    }

    func forEach(_ body: (Record) throws -> Void) throws {
        let next = try pages()
        while let page = try next() { for record in page { try body(record) } }
    }
}
