/// A connection inside a transaction. It is valid as long as the closure that was given it.
package protocol Session {
    /// A statement that is prepared once for each connection.
    func cachedStatement(sql: String) throws -> any Statement

    /// One statement or several of them, the arguments in their order. Nothing is kept prepared.
    func execute(sql: String, arguments: Arguments) throws

    /// An INSERT of one row, prepared once for each connection.
    ///
    /// - Returns: the number that its `id` was given; nil where it inserted nothing, as `ON CONFLICT … DO NOTHING` says.
    func insert(sql: String, arguments: Arguments) throws -> Int64?

    /// How many rows the last statement changed.
    var changesCount: Int { get }

    /// Undoes what `body` wrote where it throws.
    func inSavepoint(_ body: () throws -> Void) throws
}

extension Session {
    package func execute(sql: String) throws { try execute(sql: sql, arguments: []) }
}

/// A prepared statement of a session.
package protocol Statement {
    /// Runs it; rows that it returns are passed over.
    func execute(arguments: Arguments) throws

    /// Runs it and hands its rows on, until `body` returns false.
    func run(_ arguments: Arguments, _ body: (any Cells) throws -> Bool) throws

    /// The columns of its rows, from left to right.
    var columnNames: [String] { get }
}

extension Statement {
    package func execute() throws { try execute(arguments: []) }
}

/// The columns of the row that a statement stands at. They are valid until the next row is asked for.
package protocol Cells {
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) -> Int64
    func real(_ column: Int) -> Double
    /// A text or bytes.
    func text(_ column: Int) -> String
    func bytes(_ column: Int) -> [UInt8]
    func value(_ column: Int) -> StoredValue
}
