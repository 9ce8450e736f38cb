/// Why a lane does not take a call now.
package enum LaneRefusal: Hashable, Sendable {
    case paused(Pause)
    /// Every slot is taken; an ended call frees one.
    case slots
    case until(Timestamp, LaneWait)
    /// Its provider is out of order.
    case outage(Outage)
    /// The budgets of its batches do not cover another call.
    case budget(BudgetStop)

    /// When it ends by itself, where that is known.
    package var opensAt: Timestamp? {
        switch self {
        case .until(let time, _): time
        case .outage(let outage): outage.nextTry
        case .paused, .slots, .budget: nil
        }
    }
}
