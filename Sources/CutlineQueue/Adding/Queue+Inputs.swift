import CutlineCore

extension Queue {
    /// The batch's inputs of these names, in the same order, made where they are new.
    package func inputs(named names: [[UInt8]], of batch: BatchID) throws -> [InputID] {
        let known = try reader.read { db in try names.map { try Self.input(named: $0, of: batch, db) } }
        if !known.contains(nil) { return known.compactMap(\.self) }
        return try write { db in
            try names.map { name in
                if let known = try Self.input(named: name, of: batch, db) { return known }
                return InputID(try db.insert(sql: "INSERT INTO inputs (batch, name) VALUES (?, ?)", arguments: [batch.number, name])!)
            }
        }
    }

    static func input(named name: [UInt8], of batch: BatchID, _ db: any Session) throws -> InputID? {
        let statement = try db.cachedStatement(sql: "SELECT id FROM inputs WHERE batch = ? AND name = ?")
        return try Int64.fetchOne(statement, arguments: [batch.number, name]).map { InputID($0) }
    }
}

extension QueueReader {
    /// Those of the batch's inputs that have one of these names.
    package func knownInputs(named names: [[UInt8]], of batch: BatchID) throws -> Set<InputID> {
        try read { db in Set(try names.compactMap { try Queue.input(named: $0, of: batch, db) }) }
    }

    package func entryMark() throws -> EntryMark {
        EntryMark(newest: try read { try Int64.fetchOne($0, sql: "SELECT coalesce(max(id), 0) FROM entries") ?? 0 })
    }
}
