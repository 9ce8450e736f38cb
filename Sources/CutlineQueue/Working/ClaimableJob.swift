import CutlineCore

/// A queued job, from a row of `ClaimStep.candidates` and the like.
struct ClaimableJob {
    let id: Int64
    let images: String
    let prompt: String?
    let askedAgain: Int
    let askedLonger: Int
    let maxTokens: Int?
    let priority: Priority
    /// How often it was put back behind the others.
    let postponed: Int

    enum Column: Int, CaseIterable {
        case id, images, prompt, askedAgain, askedLonger, maxTokens, priority, postponed
    }

    init(_ row: PlacedRow<Column>) {
        (id, images, prompt) = (row[.id], row[.images], row.text(optional: .prompt))
        (askedAgain, askedLonger, maxTokens) = (row[.askedAgain], row[.askedLonger], row[.maxTokens])
        (priority, postponed) = (Priority(rawValue: row[.priority]) ?? .normal, row[.postponed])
    }
}
