import CutlineCore
import SystemPackage

/// What is to be exported, and where to.
package struct ExportOrder: Hashable, Sendable {
    package var format: ExportFormat
    package var destination: Destination
    /// Whether what stands there may be replaced.
    package var overwrite: Bool
    package var split: Split?

    package init(_ format: ExportFormat, to destination: Destination, overwrite: Bool = false, split: Split? = nil) {
        self.format = format
        self.destination = destination
        self.overwrite = overwrite
        self.split = split
    }
}

/// The records of an export. Some formats read them twice.
package struct RecordSource {
    /// Begins anew; what it returns hands over the next page, nil at the end.
    package let pages: () throws -> () throws -> [Record]?

    package init(_ pages: @escaping () throws -> () throws -> [Record]?) { self.pages = pages }

    func forEach(_ body: (Record) throws -> Void) throws {
        let next = try pages()
        while let page = try next() { for record in page { try body(record) } }
    }
}
