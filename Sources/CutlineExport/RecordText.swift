import CutlineCore

/// Turns records into the bytes of one format. It holds what was not written yet.
protocol RecordText {
    var bytes: [UInt8] { get }
    mutating func add(_ record: Record)
    /// Forgets what was written and keeps its room.
    mutating func removeAll()
}
