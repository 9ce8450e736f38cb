import CutlineQueue

extension QueueReader {
    /// The scope that `--batch` means; without it all batches.
    ///
    /// - Throws: `QueueError.noSuchBatch`, naming the ones that exist.
    func scope(ofBatch name: String?) throws -> Scope {
        guard let name else { return .all }
        return .batch(try batch(named: name).id)
    }

    func batchStatuses(in scope: Scope) throws -> [BatchStatus] {
        try batchStatuses().filter { scope == .all || scope == .batch($0.id) }
    }
}

extension Scope {
    /// Nil: all of them.
    var batch: BatchID? {
        switch self {
        case .all: nil
        case .batch(let id): id
        }
    }
}
