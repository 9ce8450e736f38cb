import CutlineCore
import GRDB
import SystemPackage
import TestSupport

@testable import CutlinePostgres
@testable import CutlineQueue
@testable import CutlineSQLite

extension Queue {
    /// A new queue: in a file of the folder, or on the test server with the folder for this host's state.
    package static func make(in folder: TemporaryFolder, now: Timestamp) throws -> Queue {
        let path = folder.path.appending("queue.db")
        guard let name = TestServer.newName() else { return try Queue(at: path, now: now) }
        return try Queue(at: ServerAddress(name)!, state: QueueFile(database: path).state, now: now)
    }

    /// The same queue, as another process of this host has it.
    package func again(at now: Timestamp) throws -> Queue {
        guard let store = store as? PostgresStore else { return try Queue(at: path, now: now) }
        return try Queue(at: store.address, state: state, now: now)
    }

    /// Whether somebody is in the middle of a write.
    package func isHeldByAWriter() -> Bool {
        if let store = store as? PostgresStore { return store.isHeldByAWriter() }
        var impatient = Configuration()
        impatient.busyMode = .immediateError
        let began: Void? = try? DatabaseQueue(path: path.string, configuration: impatient).inDatabase {
            try $0.execute(sql: "BEGIN IMMEDIATE; ROLLBACK")
        }
        return began == nil
    }

    /// Of a queue in a file.
    package var path: FilePath { FilePath(String(state.workers.string.dropLast(".workers".count))) }
}

extension PostgresStore {
    fileprivate func isHeldByAWriter() -> Bool {
        let attempt = "BEGIN; SELECT number FROM \(address.quotedSchema).format FOR UPDATE NOWAIT; ROLLBACK"
        let began = try? PostgresConnection(address.conninfo).run(attempt)
        return began == nil
    }
}
