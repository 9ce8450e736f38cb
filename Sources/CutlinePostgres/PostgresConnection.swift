import CutlineQueue

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A connection to a server, used by one thread at a time.
final class PostgresConnection {
    /// A statement as the server understood it.
    struct Prepared {
        /// Nil behind a pooler, which gives each transaction another connection to the server: the statement is sent whole each time.
        let name: String?
        /// In PostgreSQL's words.
        let sql: String
        let parameters: [ColumnType]
        let columns: [String]
    }

    private let libpq: Libpq
    private let connection: Libpq.Connection
    /// By their texts as the queue has them.
    private var prepared: [String: Prepared] = [:]
    /// Of a server that does not answer.
    private let patience: Duration
    private var isPooled = false
    private var isBroken = false

    /// - Parameter conninfo: a connection string or address as libpq takes it.
    /// - Throws: `StoreError` with the words of libpq.
    init(_ conninfo: String, patience: Duration = .seconds(30)) throws(StoreError) {
        libpq = try Libpq.load()
        self.patience = patience
        guard let connection = libpq.connect(conninfo) else { throw StoreError(.other, "out of memory") }
        self.connection = connection
        guard isAlive else { throw lost() }
        _ = libpq.setNonblocking(connection, 1)
        // A pooler answers with a number of its own when it is connected to.
        isPooled = try run("SELECT pg_backend_pid()").firstText != "\(libpq.backendPID(connection))"
    }

    deinit { libpq.finish(connection) }

    /// libpq may call it good after the server has ended it.
    var isAlive: Bool { !isBroken && libpq.status(connection) == Libpq.connectionOK }

    /// As 150018 for 15.18.
    var serverVersion: Int { Int(libpq.serverVersion(connection)) }

    /// What the server told at the connection, as its `server_encoding`.
    func setting(_ name: String) -> String? { libpq.parameterStatus(connection, name).map { String(cString: $0) } }

    /// One statement or several, separated by semicolons, without arguments. They are one transaction unless they say otherwise.
    ///
    /// - Returns: what the last of them brought, in text format.
    @discardableResult
    func run(_ sql: String) throws(StoreError) -> PostgresResult {
        try send { libpq.sendQuery(connection, sql) }
        return try lastResult()
    }

    /// Prepared at its first use.
    func prepare(_ sql: String) throws(StoreError) -> Prepared {
        if let known = prepared[sql] { return known }
        let (name, translated) = (isPooled ? nil : "s\(prepared.count)", Dialect.translate(sql))
        try send { libpq.sendPrepare(connection, name ?? "", translated, 0, nil) }
        _ = try lastResult()
        try send { libpq.sendDescribePrepared(connection, name ?? "") }
        let described = try lastResult()
        let statement = try Prepared(
            name: name, sql: translated,
            parameters: types(libpq.parameterCount(described.pointer), of: sql) { libpq.parameterType(described.pointer, $0) },
            columns: (0..<libpq.columnCount(described.pointer)).map {
                libpq.columnName(described.pointer, $0).map { String(cString: $0) } ?? ""
            })
        _ = try types(libpq.columnCount(described.pointer), of: sql) { libpq.columnType(described.pointer, $0) }
        prepared[sql] = statement
        return statement
    }

    private func types(_ count: CInt, of sql: String, _ type: (CInt) -> UInt32) throws(StoreError) -> [ColumnType] {
        var types: [ColumnType] = []
        for place in 0..<count {
            guard let known = ColumnType(rawValue: type(place)) else {
                throw StoreError(.other, "type \(type(place)) at place \(place + 1) is not ours in: \(sql)")
            }
            types.append(known)
        }
        return types
    }

    func execute(_ statement: Prepared, _ arguments: Arguments) throws(StoreError) -> PostgresResult {
        precondition(arguments.values.count == statement.parameters.count, "\(arguments.values) for \(statement)")
        var (bytes, places): ([UInt8], [(start: Int, count: Int)?]) = ([], [])
        for (value, type) in zip(arguments.values, statement.parameters) {
            guard let encoded = type.encode(value) else {
                guard value == .null else { throw StoreError(.constraint, Self.refusal(value, type)) }
                places.append(nil)
                continue
            }
            places.append((bytes.count, encoded.count))
            bytes += encoded
        }
        // A value without bytes has an address, too.
        bytes.append(0)
        let (lengths, formats) = (places.map { CInt($0?.count ?? 0) }, places.map { _ in CInt(1) })
        try send {
            bytes.withUnsafeBytes { bytes in
                let start = bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
                let values = places.map { $0.map { UnsafePointer(start + $0.start) } }
                guard let name = statement.name else {
                    return libpq.sendQueryParams(
                        connection, statement.sql, CInt(places.count), statement.parameters.map(\.rawValue), values, lengths, formats, 1)
                }
                return libpq.sendQueryPrepared(connection, name, CInt(places.count), values, lengths, formats, 1)
            }
        }
        return try lastResult()
    }

    private static func refusal(_ value: StoredValue, _ type: ColumnType) -> String {
        switch (value, type) {
        case (.bytes(let bytes), .text):
            "the text \"\(String(decoding: bytes.prefix(100), as: UTF8.self).replacing("\0", with: "\\0"))\" holds NUL, which PostgreSQL cannot store"
        default: "\(value) is no \(type)"
        }
    }
}

// MARK: - Waiting, always with a limit

extension PostgresConnection {
    private var lastMessage: String {
        let message = libpq.errorMessage(connection).map { String(cString: $0) } ?? ""
        return message.split(separator: "\n").joined(separator: " ")
    }

    /// What was under way on it is unknown: it is not used any more.
    private func lost(_ message: String? = nil) -> StoreError {
        isBroken = true
        return StoreError(.connectionLost, message ?? lastMessage)
    }

    private func send(_ body: () -> CInt) throws(StoreError) {
        guard body() == 1 else { throw lost() }
    }

    /// The last of all results that are under way.
    ///
    /// - Throws: `StoreError`: of the first that failed.
    private func lastResult() throws(StoreError) -> PostgresResult {
        let deadline = ContinuousClock.now + patience
        var (last, failed): (PostgresResult?, PostgresResult?)
        while true {
            try waitForResult(until: deadline)
            guard let pointer = libpq.getResult(connection) else { break }
            let result = PostgresResult(pointer, libpq)
            if result.isError { failed = failed ?? result }
            last = result
        }
        if let error = failed?.error {
            isBroken = isBroken || error.kind == .connectionLost || !isAlive
            throw isBroken ? StoreError(.connectionLost, error.message) : error
        }
        guard let last else { throw lost() }
        return last
    }

    private func waitForResult(until deadline: ContinuousClock.Instant) throws(StoreError) {
        var isFlushed = false
        while true {
            if !isFlushed {
                let left = libpq.flush(connection)
                guard left >= 0 else { throw lost() }
                isFlushed = left == 0
            }
            if isFlushed, libpq.isBusy(connection) == 0 { return }
            try poll(for: isFlushed ? POLLIN : POLLIN | POLLOUT, until: deadline)
            guard libpq.consumeInput(connection) == 1 else { throw lost() }
        }
    }

    private func poll(for events: CInt, until deadline: ContinuousClock.Instant) throws(StoreError) {
        while true {
            let left = (deadline - .now).components
            let milliseconds = max(0, left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000)
            var descriptor = pollfd(fd: libpq.socket(connection), events: Int16(events), revents: 0)
            #if canImport(Glibc)
                let count = Glibc.poll(&descriptor, 1, CInt(milliseconds))
            #else
                let count = Darwin.poll(&descriptor, 1, CInt(milliseconds))
            #endif
            if count > 0 { return }
            if count < 0, errno == EINTR { continue }
            throw lost("the server has not answered for \(patience.components.seconds) s")
        }
    }
}
