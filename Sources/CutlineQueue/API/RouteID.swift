import CutlineCore

/// A route's number in its queue.
package struct RouteID: Codable, Hashable, Comparable, Sendable {
    package let number: Int64

    package init(_ number: Int64) { self.number = number }

    /// The batch's own provider and model.
    package static let own = RouteID(0)

    package static func < (a: RouteID, b: RouteID) -> Bool { a.number < b.number }
}
