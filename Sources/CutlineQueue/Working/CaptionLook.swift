import CutlineCore

/// What the checks said of a caption before the queue was locked: of a long one they take their time.
struct CaptionLook: Sendable {
    private let rules: CheckRules
    private let flags: [CaptionFlag]

    init(_ caption: Caption, _ job: JobChecks) { (rules, flags) = (job.rules, job.checks.flags(of: caption)) }

    /// Nil where the rules have changed since.
    func flags(under rules: CheckRules) -> [CaptionFlag]? { rules == self.rules ? flags : nil }
}

extension Queue {
    /// Shorter captions, which are nearly all, are looked at where they are stored: that costs less than reading their rules twice.
    private static let longCaption = 4_096

    /// Looks at the long captions among settlements, before a transaction that stores them.
    func lookAhead(_ settlements: [Settlement]) throws -> [AttemptID: CaptionLook] {
        var looks: [AttemptID: CaptionLook] = [:]
        for settlement in settlements {
            guard case .caption(let caption) = settlement.outcome, caption.text.utf8.count > Self.longCaption else { continue }
            let job = try reader.read { db -> JobChecks? in
                let statement = try db.cachedStatement(sql: "SELECT job FROM attempts WHERE id = ?")
                return try Int64.fetchOne(statement, arguments: [settlement.attempt.number]).map { try checksCache.checks(ofJob: $0, db) }
            }
            if let job { looks[settlement.attempt] = CaptionLook(caption, job) }
        }
        return looks
    }
}
