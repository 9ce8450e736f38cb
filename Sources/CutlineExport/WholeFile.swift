/// A file of one's own making that appears whole or not at all, like an export.
package enum WholeFile {
    /// - Parameter body: writes the file piece by piece through the function it is given.
    /// - Throws: `ExportError`, or what `body` throws; then nothing is left of the file.
    package static func write(
        to destination: Destination, overwrite: Bool, _ body: ((String) throws -> Void) throws -> Void
    ) throws {
        let output = try Output(destination, overwrite: overwrite)
        var isCommitted = false
        defer { output.end(committed: isCommitted) }
        try body { try output.write(Array($0.utf8)) }
        try output.commit()
        isCommitted = true
    }
}
