/// What became of a call of the lane.
package enum LaneEvent: Equatable, Sendable {
    case answered(Usage)
    case failed(Failure)
    case unanswered(Failure)
    case notSent
}

extension LaneEvent {
    /// Whether it counts with the provider, as far as is known.
    var wasTaken: Bool {
        switch self {
        case .answered, .unanswered: true
        case .failed(let failure): failure.kind.scope != .pace && failure.kind != .unreachable
        case .notSent: false
        }
    }
}
