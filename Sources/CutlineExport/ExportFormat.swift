/// What an export is written as.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// One JSON object a line; every key is always there.
    case jsonl
    /// The same, flattened to one header and one row per record.
    case csv
}
