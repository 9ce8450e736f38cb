import CutlineQueue

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The functions of libpq that are used here, looked up when the first server is named: who keeps a queue in a file needs nothing of
/// PostgreSQL's. Their signatures are held to the header by `scripts/check-libpq`.
///
/// https://www.postgresql.org/docs/15/libpq.html
struct Libpq: Sendable {
    typealias Connection = OpaquePointer
    typealias Result = OpaquePointer
    typealias Values = UnsafePointer<UnsafePointer<CChar>?>

    let connect: @convention(c) @Sendable (UnsafePointer<CChar>) -> Connection?
    let finish: @convention(c) @Sendable (Connection) -> Void
    let status: @convention(c) @Sendable (Connection) -> CInt
    let errorMessage: @convention(c) @Sendable (Connection) -> UnsafePointer<CChar>?
    let serverVersion: @convention(c) @Sendable (Connection) -> CInt
    let parameterStatus: @convention(c) @Sendable (Connection, UnsafePointer<CChar>) -> UnsafePointer<CChar>?
    let backendPID: @convention(c) @Sendable (Connection) -> CInt
    let socket: @convention(c) @Sendable (Connection) -> CInt
    let setNonblocking: @convention(c) @Sendable (Connection, CInt) -> CInt
    let flush: @convention(c) @Sendable (Connection) -> CInt
    let consumeInput: @convention(c) @Sendable (Connection) -> CInt
    let isBusy: @convention(c) @Sendable (Connection) -> CInt
    let getResult: @convention(c) @Sendable (Connection) -> Result?
    let sendQuery: @convention(c) @Sendable (Connection, UnsafePointer<CChar>) -> CInt
    let sendPrepare: @convention(c) @Sendable (Connection, UnsafePointer<CChar>, UnsafePointer<CChar>, CInt, UnsafePointer<UInt32>?) -> CInt
    let sendQueryParams:
        @convention(c) @Sendable (
            Connection, UnsafePointer<CChar>, CInt, UnsafePointer<UInt32>?, Values?, UnsafePointer<CInt>?, UnsafePointer<CInt>?, CInt
        ) -> CInt
    let sendDescribePrepared: @convention(c) @Sendable (Connection, UnsafePointer<CChar>) -> CInt
    let sendQueryPrepared:
        @convention(c) @Sendable (
            Connection, UnsafePointer<CChar>, CInt, Values?, UnsafePointer<CInt>?, UnsafePointer<CInt>?, CInt
        ) -> CInt
    let resultStatus: @convention(c) @Sendable (Result) -> CInt
    let resultErrorField: @convention(c) @Sendable (Result, CInt) -> UnsafePointer<CChar>?
    let commandStatus: @convention(c) @Sendable (Result) -> UnsafePointer<CChar>?
    let commandTuples: @convention(c) @Sendable (Result) -> UnsafePointer<CChar>?
    let parameterCount: @convention(c) @Sendable (Result) -> CInt
    let parameterType: @convention(c) @Sendable (Result, CInt) -> UInt32
    let rowCount: @convention(c) @Sendable (Result) -> CInt
    let columnCount: @convention(c) @Sendable (Result) -> CInt
    let columnName: @convention(c) @Sendable (Result, CInt) -> UnsafePointer<CChar>?
    let columnType: @convention(c) @Sendable (Result, CInt) -> UInt32
    let isNull: @convention(c) @Sendable (Result, CInt, CInt) -> CInt
    let value: @convention(c) @Sendable (Result, CInt, CInt) -> UnsafeMutablePointer<CChar>?
    let length: @convention(c) @Sendable (Result, CInt, CInt) -> CInt
    let clear: @convention(c) @Sendable (Result) -> Void

    /// `ConnStatusType` and `ExecStatusType`, as far as they are asked about.
    static let connectionOK: CInt = 0
    static let commandOK: CInt = 1
    static let tuplesOK: CInt = 2
    /// Fields of an error: `PG_DIAG_SQLSTATE`, `PG_DIAG_MESSAGE_PRIMARY`.
    static let sqlState = CInt(UInt8(ascii: "C"))
    static let message = CInt(UInt8(ascii: "M"))

    private static let loaded = Swift.Result<Libpq, StoreError> { () throws(StoreError) in try Libpq(libraries) }

    #if os(macOS)
        private static let libraries = [
            "libpq.5.dylib", "/opt/homebrew/opt/libpq/lib/libpq.5.dylib", "/usr/local/opt/libpq/lib/libpq.5.dylib",
        ]
        private static let advice = "brew install libpq"
    #else
        private static let libraries = ["libpq.so.5"]
        private static let advice = "Debian and Ubuntu: apt-get install libpq5; Fedora: dnf install libpq"
    #endif

    /// - Throws: `StoreError`, saying how to install it.
    static func load() throws(StoreError) -> Libpq { try loaded.get() }

    private init(_ libraries: [String]) throws(StoreError) {
        guard let library = libraries.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
            throw StoreError(.other, "a queue on a server needs PostgreSQL's client library, libpq 5 (\(Self.advice))")
        }
        func find<Function>(_ name: String) throws(StoreError) -> Function {
            guard let symbol = dlsym(library, name) else {
                throw StoreError(.other, "this libpq has no \(name); version 14 or later is needed")
            }
            return unsafeBitCast(symbol, to: Function.self)
        }
        connect = try find("PQconnectdb")
        finish = try find("PQfinish")
        status = try find("PQstatus")
        errorMessage = try find("PQerrorMessage")
        serverVersion = try find("PQserverVersion")
        parameterStatus = try find("PQparameterStatus")
        backendPID = try find("PQbackendPID")
        socket = try find("PQsocket")
        setNonblocking = try find("PQsetnonblocking")
        flush = try find("PQflush")
        consumeInput = try find("PQconsumeInput")
        isBusy = try find("PQisBusy")
        getResult = try find("PQgetResult")
        sendQuery = try find("PQsendQuery")
        sendPrepare = try find("PQsendPrepare")
        sendQueryParams = try find("PQsendQueryParams")
        sendDescribePrepared = try find("PQsendDescribePrepared")
        sendQueryPrepared = try find("PQsendQueryPrepared")
        resultStatus = try find("PQresultStatus")
        resultErrorField = try find("PQresultErrorField")
        commandStatus = try find("PQcmdStatus")
        commandTuples = try find("PQcmdTuples")
        parameterCount = try find("PQnparams")
        parameterType = try find("PQparamtype")
        rowCount = try find("PQntuples")
        columnCount = try find("PQnfields")
        columnName = try find("PQfname")
        columnType = try find("PQftype")
        isNull = try find("PQgetisnull")
        value = try find("PQgetvalue")
        length = try find("PQgetlength")
        clear = try find("PQclear")
    }
}
