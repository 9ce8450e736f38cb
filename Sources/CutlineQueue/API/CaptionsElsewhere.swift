import CutlineCore

/// How much of an input other batches have captions for.
package struct CaptionsElsewhere: Hashable, Sendable {
    package struct Place: Hashable, Sendable {
        package var batch: String
        /// Whether the same command can go on in it.
        package var isSame: Bool
        package var jobs: Int
    }

    /// Each once, in however many batches.
    package private(set) var jobs = 0
    /// What those captions cost, as far as that is known; nil: of none.
    package private(set) var cost: Money?
    /// By the age of the batches.
    private var places: [Place] = []

    package init() {}

    /// The batches that have them, the one with most first; of equals the oldest.
    package var batches: [Place] {
        places.enumerated().sorted { ($1.element.jobs, $0.offset) < ($0.element.jobs, $1.offset) }.map(\.element)
    }

    mutating func add(_ sources: [CaptionSearch.Source], cost more: Money?) {
        jobs += 1
        if let more { cost = (cost ?? .zero) + more }
        for source in sources {
            if let place = places.firstIndex(where: { $0.batch == source.name }) {
                places[place].jobs += 1
            } else {
                places.append(Place(batch: source.name, isSame: source.isSame, jobs: 1))
            }
        }
    }
}
