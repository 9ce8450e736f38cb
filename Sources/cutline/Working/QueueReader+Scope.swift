import CutlineQueue

extension QueueReader {
    /// The scope that `--batch` means; without it all batches.
    ///
    /// - Throws: `QueueError.noSuchBatch`, naming the ones that exist.
    func scope(ofBatch name: String?) throws -> Scope {
        guard let name else { return .all }
        return .batch(try batch(named: name).id)
    }
}

extension Scope {
    /// Nil: not one batch as a whole.
    var batch: BatchID? {
        guard case .batch(let id) = self else { return nil }
        return id
    }
}
