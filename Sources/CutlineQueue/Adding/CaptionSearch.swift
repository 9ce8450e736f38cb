import CutlineCore

/// Looks among a queue's other batches for accepted captions of the same model, prompt, parameters and pictures: that is what an equal
/// fingerprint means. Batches that ask of another model, or otherwise, are left out at the start, so that most inputs look nothing up.
package struct CaptionSearch: Sendable {
    /// What is done with a caption that was found.
    package enum Use: Sendable {
        /// It is counted, and the job is sent as it would be.
        case tell
        /// The job has it.
        case takeOver
    }

    /// A batch that may have captions.
    struct Source: Sendable {
        let id: Int64
        let name: String
        /// Whether the same command can go on in it: only its name differs.
        let isSame: Bool
    }

    /// One that was found.
    struct Known {
        /// The call that brought it.
        let origin: Int64
        /// With the flags that the checks of this batch set.
        let caption: Caption
        let receivedAt: Timestamp
        let cost: Money?
    }

    package let use: Use
    /// Whether a fingerprint in the other identity mode could be found, too.
    package let asksBothIdentities: Bool
    package private(set) var found = CaptionsElsewhere()
    private let sources: [Source]
    private let system: String?
    private let rules: CheckRules
    private let checks: CaptionChecks
    /// Of jobs that were counted, eight bytes of the fingerprint each.
    private var counted: Set<UInt64> = []

    /// - Parameters:
    ///   - batch: the one that is added to; nil where it will be made.
    ///   - rules: its checks. A caption for whose flags they would ask again is not taken.
    init(for settings: BatchSettings, batch: BatchID?, rules: CheckRules, use: Use, _ db: any Session) throws {
        let rows = try Row.fetchAll(db, sql: Self.candidates, arguments: [settings.profile.name, UserText(settings.model), batch?.number])
        let candidates = try rows.compactMap { try Candidate($0, for: settings) }
        sources = candidates.map(\.source)
        asksBothIdentities = candidates.contains { $0.identity != settings.identity }
        (self.use, self.rules, system) = (use, rules, settings.system)
        checks = CaptionChecks(rules: rules, prompt: settings.prompt, system: settings.system, parameters: settings.parameters)
    }

    /// Whether there is nowhere to look.
    package var isEmpty: Bool { sources.isEmpty }

    /// The caption that a draft's job can have for nothing. Nil where there is none, and where the job would not be sent any more.
    ///
    /// - Parameter state: of the draft's job; nil: there is none yet.
    mutating func caption(for draft: JobDraft, state: () throws -> JobState?, _ db: any Session) throws -> Known? {
        // Who runs a finished batch again looks at no caption.
        guard !sources.isEmpty, try Self.isWanted(state()) else { return nil }
        let known = try sources.compactMap { source in try self.known(draft, in: source, db).map { (source: source, caption: $0) } }
        guard let first = known.first else { return nil }
        if counted.insert(draft.fingerprint.mark).inserted { found.add(known.map(\.source), cost: first.caption.cost) }
        return first.caption
    }

    private static func isWanted(_ state: JobState?) -> Bool {
        switch state {
        case nil, .queued, .failed, .held: true
        // A call is under way; it has a caption; nobody wants one.
        case .running, .succeeded, .cancelled: false
        }
    }

    private func known(_ draft: JobDraft, in source: Source, _ db: any Session) throws -> Known? {
        let statement = try db.cachedStatement(sql: Self.lookup)
        for fingerprint in [draft.fingerprint, draft.otherFingerprint].compactMap(\.self) {
            guard let row = try Row.fetchOne(statement, arguments: [source.id, fingerprint.bytes]) else { continue }
            let known = Known(row, checks: draft.prompt.map { checks.asking($0, system: system) } ?? checks)
            if rules.askingAgain(for: known.caption.flags, before: 0) == nil { return known }
        }
        return nil
    }

    /// Few rows a queue, so no index is needed.
    private static let candidates = """
        SELECT batches.id, name, system, prompt, parameters, identity FROM batches JOIN counts ON counts.batch = batches.id
        WHERE provider = ? AND model = ? AND batches.id IS DISTINCT FROM ? AND succeeded > 0 ORDER BY batches.id
        """

    static let lookup = """
        SELECT origin.id AS origin, origin.cost, captions.text, captions.finish_reason, captions.model, captions.received_at
        FROM jobs JOIN captions ON captions.job = jobs.id AND captions.accepted = 1 JOIN attempts ON attempts.id = captions.attempt
            JOIN attempts AS origin ON origin.id = coalesce(attempts.reused_from, attempts.id)
        WHERE jobs.batch = ? AND jobs.fingerprint = ? AND origin.route = 0
        """
}

/// A batch that asks the same model.
private struct Candidate {
    let source: CaptionSearch.Source
    let identity: IdentityMode

    /// Nil where it asks otherwise. Texts are compared as bytes; the prompt of each job is part of its fingerprint.
    init?(_ row: Row, for settings: BatchSettings) throws {
        let parameters: Parameters = try JSONColumn.decode(from: row["parameters"])
        identity = IdentityMode(rawValue: row["identity"]) ?? .bytes
        guard parameters.canonicalText == settings.parameters.canonicalText,
            row.text(optional: "system").map({ Array($0.utf8) }) == settings.system.map({ Array($0.utf8) })
        else { return nil }
        let isSame = identity == settings.identity && row.text("prompt").utf8.elementsEqual(settings.prompt.utf8)
        source = CaptionSearch.Source(id: row["id"], name: row.text("name"), isSame: isSame)
    }
}

extension CaptionSearch.Known {
    fileprivate init(_ row: Row, checks: CaptionChecks) {
        var caption = Caption(
            text: row["text"], finishReason: (row["finish_reason"] as String?).flatMap(FinishReason.init), resolvedModel: row["model"])
        caption.flags = checks.flags(of: caption)
        let cost: Int64? = row["cost"]
        self.init(
            origin: row["origin"], caption: caption, receivedAt: row.time("received_at"), cost: cost.map(Money.init(nanodollars:)))
    }
}

extension Fingerprint {
    /// Enough of it to tell a queue's jobs apart.
    fileprivate var mark: UInt64 { bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}

extension QueueReader {
    /// - Parameters:
    ///   - batch: the one that is added to; nil where it will be made.
    ///   - checks: its rules from now on.
    package func captionSearch(
        for settings: BatchSettings, batch: BatchID?, checks: CheckRules, use: CaptionSearch.Use
    ) throws -> CaptionSearch {
        try read { try CaptionSearch(for: settings, batch: batch, rules: checks, use: use, $0) }
    }
}
