import CutlineCore

/// Turns records into the bytes of one file. It holds what was not written yet.
protocol RecordText {
    var bytes: [UInt8] { get }
    /// How often it wants to see the records.
    var passes: Int { get }
    /// The first pass has number 0.
    mutating func begin(pass: Int)
    /// - Throws: `Omission`; then nothing of the record was added.
    mutating func add(_ record: Record, _ report: inout ExportReport) throws
    mutating func end(pass: Int)
    /// Forgets what was written and keeps its room.
    mutating func removeAll()
}

extension RecordText {
    var passes: Int { 1 }
    mutating func begin(pass: Int) {}
    mutating func end(pass: Int) {}
}

/// Writes records into a folder that was opened for it.
protocol RecordFolder {
    /// - Throws: `Omission`; then nothing of the record was added. `ExportError` where it cannot be written.
    mutating func add(_ record: Record, _ report: inout ExportReport) throws
    mutating func end() throws
}
