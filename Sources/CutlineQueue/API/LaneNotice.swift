import CutlineCore

/// Something a lane did that people should hear of.
package struct LaneNotice: Hashable, Sendable {
    package var lane: String
    package var action: LaneAction
}
