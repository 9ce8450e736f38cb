import CutlineCore

/// A row whose columns are read by their place, straight from the engine, for statements that bring one row a job.
///
/// `Column` lists the columns of one statement in their order, each under its name there in camel case; tests hold it to the statement. A row is
/// valid until the next one is asked for.
struct PlacedRow<Column: RawRepresentable<Int>> {
    private let cells: any Cells

    init(_ cells: any Cells) { self.cells = cells }

    subscript<Value: Storable>(_ column: Column) -> Value {
        precondition(!cells.isNull(column.rawValue), "the column \(column) holds no \(Value.self)")
        return Value(cells, column.rawValue)
    }

    subscript<Value: Storable>(_ column: Column) -> Value? {
        cells.isNull(column.rawValue) ? nil : Value(cells, column.rawValue)
    }

    func text(_ column: Column) -> String { self[column] }
    func text(optional column: Column) -> String? { self[column] }
    func time(_ column: Column) -> Timestamp { Timestamp(milliseconds: self[column]) }
    func time(optional column: Column) -> Timestamp? { (self[column] as Int64?).map(Timestamp.init(milliseconds:)) }
    func bytes(_ column: Column) -> [UInt8] { self[column] }
    func bytes(optional column: Column) -> [UInt8]? { self[column] }
}

extension Statement {
    /// The first row; nil where there is none.
    func first<Column, Result>(_ arguments: Arguments, _ read: (PlacedRow<Column>) throws -> Result) throws -> Result? {
        var result: Result?
        try run(arguments) {
            result = try read(PlacedRow($0))
            return false
        }
        return result
    }

    /// All rows.
    func all<Column, Result>(_ arguments: Arguments, _ read: (PlacedRow<Column>) throws -> Result) throws -> [Result] {
        var results: [Result] = []
        try forEach(arguments) { results.append(try read($0)) }
        return results
    }

    func forEach<Column>(_ arguments: Arguments, _ body: (PlacedRow<Column>) throws -> Void) throws {
        try run(arguments) {
            try body(PlacedRow($0))
            return true
        }
    }
}
