import CutlineCore

/// A row that was copied out of its statement, its columns read by name. For statements that bring one row a job there is `PlacedRow`.
package struct Row: Sendable {
    private let columns: ColumnNames
    private let values: [StoredValue]

    init(_ cells: any Cells, _ columns: ColumnNames) {
        self.columns = columns
        values = columns.names.indices.map(cells.value)
    }

    package subscript<Value: Storable>(_ column: String) -> Value { self[columns.place(of: column)] }
    package subscript<Value: Storable>(_ column: String) -> Value? { self[columns.place(of: column)] }

    package subscript<Value: Storable>(_ place: Int) -> Value {
        guard let value = Value(stored: values[place]) else {
            preconditionFailure("the column \(columns.names[place]) holds \(values[place]), no \(Value.self)")
        }
        return value
    }

    package subscript<Value: Storable>(_ place: Int) -> Value? {
        if values[place] == .null { return nil }
        return self[place] as Value
    }

    func text(_ column: String) -> String { (self[column] as UserText).text }
    func text(optional column: String) -> String? { (self[column] as UserText?)?.text }
    func time(_ column: String) -> Timestamp { Timestamp(milliseconds: self[column]) }
    func time(optional column: String) -> Timestamp? { (self[column] as Int64?).map(Timestamp.init(milliseconds:)) }
}

/// The columns of a statement's rows.
struct ColumnNames: Sendable {
    let names: [String]

    /// Statements have few columns, and those that are asked for stand mostly in front.
    func place(of column: String) -> Int {
        guard let place = names.firstIndex(of: column) else { preconditionFailure("there is no column \(column) among \(names)") }
        return place
    }
}

extension Row {
    package static func fetchAll(_ statement: any Statement, arguments: Arguments = []) throws -> [Row] {
        let columns = ColumnNames(names: statement.columnNames)
        var rows: [Row] = []
        try statement.run(arguments) {
            rows.append(Row($0, columns))
            return true
        }
        return rows
    }

    package static func fetchOne(_ statement: any Statement, arguments: Arguments = []) throws -> Row? {
        var row: Row?
        try statement.run(arguments) {
            row = Row($0, ColumnNames(names: statement.columnNames))
            return false
        }
        return row
    }

    package static func fetchAll(_ session: any Session, sql: String, arguments: Arguments = []) throws -> [Row] {
        try fetchAll(session.cachedStatement(sql: sql), arguments: arguments)
    }

    package static func fetchOne(_ session: any Session, sql: String, arguments: Arguments = []) throws -> Row? {
        try fetchOne(session.cachedStatement(sql: sql), arguments: arguments)
    }
}

extension Storable {
    /// The first column of all rows.
    package static func fetchAll(_ statement: any Statement, arguments: Arguments = []) throws -> [Self] {
        var values: [Self] = []
        try statement.run(arguments) {
            values.append(Self($0, 0))
            return true
        }
        return values
    }

    /// The first column of the first row; nil where there is none, and where it is NULL.
    package static func fetchOne(_ statement: any Statement, arguments: Arguments = []) throws -> Self? {
        var value: Self?
        try statement.run(arguments) {
            value = $0.isNull(0) ? nil : Self($0, 0)
            return false
        }
        return value
    }

    package static func fetchAll(_ session: any Session, sql: String, arguments: Arguments = []) throws -> [Self] {
        try fetchAll(session.cachedStatement(sql: sql), arguments: arguments)
    }

    package static func fetchOne(_ session: any Session, sql: String, arguments: Arguments = []) throws -> Self? {
        try fetchOne(session.cachedStatement(sql: sql), arguments: arguments)
    }
}
