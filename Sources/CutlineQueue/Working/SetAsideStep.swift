import CutlineCore

/// Captions that were flagged and set aside while their job is asked again, and the accepted one of a job that a person wants another of,
/// inside a transaction.
struct SetAsideStep {
    let db: any Session
    let now: Timestamp

    /// A caption that was set aside, with its flags.
    struct Candidate {
        let attempt: Int64
        let flags: [CaptionFlag]
        let isAccepted: Bool
    }

    /// What of a job was set aside, and what was accepted where it is asked again nevertheless, in the order in which it came.
    func candidates(of job: Int64) throws -> [Candidate] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT attempt, flags, accepted FROM captions WHERE job = ? AND set_aside = 1
                UNION ALL SELECT attempt, flags, accepted FROM captions WHERE job = ? AND accepted = 1 AND set_aside = 0
                """)
        let candidates = try Row.fetchAll(statement, arguments: [job, job]).map {
            Candidate(attempt: $0["attempt"], flags: try CaptionFlag.list($0["flags"]), isAccepted: $0["accepted"])
        }
        return candidates.sorted { $0.attempt < $1.attempt }
    }

    /// Accepts the best caption of a job that will not be asked again. False where there is none: then nothing has changed.
    func acceptBest(of job: Int64) throws -> Bool {
        let candidates = try candidates(of: job)
        guard !candidates.isEmpty else { return false }
        try accept(candidates[CaptionFlag.best(of: candidates.map(\.flags))], of: job)
        return true
    }

    func accept(_ candidate: Candidate, of job: Int64) throws {
        if !candidate.isAccepted {
            try withdraw(of: job)
            try db.cachedStatement(sql: "UPDATE captions SET accepted = 1 WHERE attempt = ?").execute(arguments: [candidate.attempt])
        }
        try JobRow.finish(job, db, at: now)
    }

    /// The accepted caption gives its place to a better one and is kept beside it. Nothing where there is none.
    func withdraw(of job: Int64) throws {
        try db.cachedStatement(sql: "UPDATE captions SET accepted = 0, set_aside = 1 WHERE job = ? AND accepted = 1").execute(arguments: [
            job
        ])
    }

    /// Writes a batch's rules down. Where no job is asked again any more, what was set aside is to be taken: nobody would wait for a better
    /// one.
    func change(_ stored: CheckRules, to rules: CheckRules, of batch: BatchID) throws {
        guard rules != stored else { return }
        try db.execute(
            sql: "UPDATE batches SET checks = ? WHERE id = ?", arguments: [try JSONColumn.encode(rules), batch.number])
        if rules.retried?.isEmpty != false || rules.retries == 0 {
            try ChoreStep.take(of: batch, db)
        } else {
            try ChoreStep.drop(of: batch, db)
        }
    }
}

extension CaptionFlag {
    /// From a column of `captions`; what a newer build wrote and this one does not know is left out.
    static func list(_ column: String) throws -> [CaptionFlag] { try JSONColumn.texts(column).compactMap { CaptionFlag(rawValue: $0) } }
}
