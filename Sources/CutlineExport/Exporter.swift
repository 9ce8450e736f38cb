import CutlineCore

/// Writes records, page by page, so that memory stays flat however many there are.
package enum Exporter {
    /// - Parameter pages: The next records; nil at the end.
    /// - Returns: How many records were written.
    /// - Throws: `ExportError`, or what `pages` throws; then nothing is left of a file.
    @discardableResult
    package static func export(
        _ format: ExportFormat, to destination: Destination, overwrite: Bool = false, pages: () throws -> [Record]?
    ) throws -> Int {
        let output = try Output(destination, overwrite: overwrite)
        var isCommitted = false
        defer { output.end(committed: isCommitted) }
        let count =
            switch format {
            case .jsonl: try write(JSONLines(), to: output, pages)
            case .csv: try write(CSVTable(), to: output, pages)
            }
        try output.commit()
        isCommitted = true
        return count
    }

    private static func write(_ text: consuming some RecordText, to output: Output, _ pages: () throws -> [Record]?) throws -> Int {
        var count = 0
        while let page = try pages() {
            for record in page {
                text.add(record)
                if text.bytes.count >= 65_536 {
                    try output.write(text.bytes)
                    text.removeAll()
                }
            }
            count += page.count
        }
        try output.write(text.bytes)
        return count
    }
}
