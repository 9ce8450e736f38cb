import CutlineCore

extension QueueReader {
    /// The profile with which jobs of a batch are asked at one of its places, as it stands now.
    ///
    /// - Parameter known: what was read before; it is returned where it still stands, and nothing is decoded.
    package func profile(of batch: BatchID, _ route: RouteID, unlessStill known: StoredProfile?) throws -> StoredProfile {
        let text = try read { db in
            let statement = try db.cachedStatement(
                sql: route == .own ? "SELECT profile FROM batches WHERE id = ?" : "SELECT profile FROM routes WHERE id = ?")
            return try String.fetchOne(statement, arguments: [route == .own ? batch.number : route.number])
        }
        guard let text else { throw QueueError.noSuchBatch("\(batch.number)", known: []) }
        if let known, known.text.utf8.elementsEqual(text.utf8) { return known }
        return StoredProfile(profile: try JSONColumn.decode(from: text), text: text)
    }
}
