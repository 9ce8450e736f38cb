/// A value as an engine keeps it.
package enum StoredValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
}

/// What can be an argument of a statement and the value of a column.
package protocol Storable {
    var stored: StoredValue { get }

    /// - Parameter cells: whose `column` is not NULL.
    init(_ cells: any Cells, _ column: Int)

    /// Nil where the value is of another kind.
    init?(stored: StoredValue)
}

/// The arguments of a statement, in the order of its question marks.
package struct Arguments: ExpressibleByArrayLiteral {
    package let values: [StoredValue]

    package init(arrayLiteral elements: (any Storable)?...) { values = elements.map { $0?.stored ?? .null } }
    package init(_ elements: [any Storable]) { values = elements.map(\.stored) }
}

extension Int64: Storable {
    package var stored: StoredValue { .integer(self) }
    package init(_ cells: any Cells, _ column: Int) { self = cells.integer(column) }
    package init?(stored: StoredValue) {
        guard case .integer(let number) = stored else { return nil }
        self = number
    }
}

extension Int: Storable {
    package var stored: StoredValue { .integer(Int64(self)) }
    package init(_ cells: any Cells, _ column: Int) { self = Int(cells.integer(column)) }
    package init?(stored: StoredValue) {
        guard case .integer(let number) = stored else { return nil }
        self = Int(number)
    }
}

extension Bool: Storable {
    package var stored: StoredValue { .integer(self ? 1 : 0) }
    package init(_ cells: any Cells, _ column: Int) { self = cells.integer(column) != 0 }
    package init?(stored: StoredValue) {
        guard case .integer(let number) = stored else { return nil }
        self = number != 0
    }
}

extension Double: Storable {
    package var stored: StoredValue { .real(self) }
    package init(_ cells: any Cells, _ column: Int) { self = cells.real(column) }
    package init?(stored: StoredValue) {
        switch stored {
        case .real(let number): self = number
        case .integer(let number): self = Double(number)
        case .null, .text, .bytes: return nil
        }
    }
}

extension String: Storable {
    package var stored: StoredValue { .text(self) }
    package init(_ cells: any Cells, _ column: Int) { self = cells.text(column) }
    package init?(stored: StoredValue) {
        switch stored {
        case .text(let text): self = text
        case .bytes(let bytes): self = String(decoding: bytes, as: UTF8.self)
        case .null, .integer, .real: return nil
        }
    }
}

extension [UInt8]: Storable {
    package var stored: StoredValue { .bytes(self) }
    package init(_ cells: any Cells, _ column: Int) { self = cells.bytes(column) }
    package init?(stored: StoredValue) {
        guard case .bytes(let bytes) = stored else { return nil }
        self = bytes
    }
}
