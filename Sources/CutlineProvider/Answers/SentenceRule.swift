import CutlineCore

/// One line of the table of sentences: every condition that is given must hold, and of the phrases one is enough.
struct SentenceRule: Sendable {
    let kind: FailureClass
    private let statuses: Set<Int>?
    /// Whether the answer is a web page.
    private let html: Bool?
    /// A family that must be named beside the sentence.
    private let family: String?
    private let phrases: [Phrase]
    /// Texts that rule it out.
    private let unless: [Phrase]

    init(
        _ kind: FailureClass, on statuses: Set<Int>? = nil, html: Bool? = nil, named family: String? = nil, _ phrases: [Phrase] = [],
        unless: [Phrase] = []
    ) {
        self.kind = kind
        self.statuses = statuses
        self.html = html
        self.family = family?.identifier
        self.phrases = phrases
        self.unless = unless
    }

    /// - Parameter text: what the report says, in lower case and without links.
    func fits(_ report: ErrorReport, text: [UInt8], status: Int) -> Bool {
        if let statuses, !statuses.contains(status) { return false }
        if let html, html != report.isHTML { return false }
        if let family, !report.names(family) { return false }
        guard phrases.isEmpty || phrases.contains(where: { $0.occurs(in: text) }) else { return false }
        return !unless.contains { $0.occurs(in: text) }
    }
}
