import CutlineCore

/// A lane as people see it.
package struct LaneStatus: Hashable, Sendable {
    package var name: String
    package var lane: Lane
}
