import CutlineCore
import Synchronization

/// What the checks of a job's captions need.
struct JobChecks {
    let checks: CaptionChecks
    let rules: CheckRules
    let state: JobState
    let askedAgain: Int
}

/// The checks of batches, made ready: a long list of banned phrases is not to be read at every turn.
final class CaptionChecksCache: Sendable {
    private struct Entry {
        let rules: String
        let value: (rules: CheckRules, checks: CaptionChecks)
    }

    private let entries = Mutex<[Int64: Entry]>([:])

    /// What applies to a job now.
    func checks(ofJob job: Int64, _ db: any Session) throws -> JobChecks {
        try db.cachedStatement(sql: Self.select).first([job]) { (row: PlacedRow<Column>) in
            let (rules, checks) = try entries.withLock { try Self.value(row, &$0) }
            let own = row.text(optional: .ownPrompt).map { checks.asking($0, system: row.text(optional: .system)) }
            return JobChecks(
                checks: own ?? checks, rules: rules, state: JobState(rawValue: row[.state]) ?? .queued, askedAgain: row[.askedAgain])
        }!
    }

    enum Column: Int, CaseIterable {
        case batch, checks, prompt, system, ownPrompt, parameters, state, askedAgain
    }

    static let select = """
        SELECT batch, checks, batches.prompt, batches.system, jobs.prompt AS own_prompt, parameters, state, asked_again
        FROM jobs JOIN batches ON batches.id = jobs.batch WHERE jobs.id = ?
        """

    /// Texts and parameters of a batch never change; its rules may.
    private static func value(_ row: PlacedRow<Column>, _ entries: inout [Int64: Entry]) throws -> (
        rules: CheckRules, checks: CaptionChecks
    ) {
        let (batch, stored): (Int64, String) = (row[.batch], row[.checks])
        if let entry = entries[batch], entry.rules == stored { return entry.value }
        let rules: CheckRules = try JSONColumn.decode(from: stored)
        let checks = CaptionChecks(
            rules: rules, prompt: row.text(.prompt), system: row.text(optional: .system),
            parameters: try JSONColumn.decode(from: row[.parameters]))
        entries[batch] = Entry(rules: stored, value: (rules, checks))
        return (rules, checks)
    }
}
