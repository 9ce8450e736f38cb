import CutlineCore

/// What is wrong with entries that were named one by one: gathered, so that all of it is said at once, and so that the others can do without
/// them where that is asked for.
package struct InputFaults: Sendable {
    /// How many are said.
    private static let most = 20

    /// The first of them.
    package private(set) var first: [InputError] = []
    package private(set) var count = 0
    /// The rows among them.
    private(set) var rows: Set<RowPlace> = []
    /// Whether one concerns more than its own entry.
    private var isGrave = false
    private let report: InputReport?
    private let kind: InputReport.Kind
    private let known: Set<RowPlace>

    /// - Parameters:
    ///   - report: nil: nobody hears of them one by one.
    ///   - kind: as what they are told.
    ///   - known: rows that were found wrong before; they are not counted again.
    init(report: InputReport?, as kind: InputReport.Kind = .bad, known: Set<RowPlace> = []) {
        (self.report, self.kind, self.known) = (report, kind, known)
    }

    /// - Parameter name: what the user knows the entry by.
    /// - Throws: where we ran out of something, for which no entry is to blame.
    mutating func note(_ error: InputError, of name: String) throws(InputError) {
        if error.isShortage { throw error }
        count += 1
        isGrave = isGrave || error.reach == .input
        if first.count < Self.most { first.append(error) }
        let prefix = "\(name): "
        let reason = error.description.hasPrefix(prefix) ? String(error.description.dropFirst(prefix.count)) : error.description
        report?.note(kind, name, reason)
    }

    mutating func note(_ error: InputError, at place: RowPlace) throws(InputError) {
        guard !known.contains(place) else { return }
        try note(error, of: place.name)
        rows.insert(place)
    }

    mutating func add(_ other: InputFaults) {
        first = Array((first + other.first).prefix(Self.most))
        count += other.count
        rows.formUnion(other.rows)
        isGrave = isGrave || other.isGrave
    }

    /// A line each where they would fill more than a screen.
    private var shown: [String] {
        let lines = first.reduce(0) { $0 + $1.description.count / 78 + 1 }
        return first.map { lines <= Self.most ? $0.description : $0.description.shortened(to: 76) }
    }

    /// All of them as one error; nil where there are none, or where the rest is to be added without them.
    func refusal(skippingBad: Bool) -> InputError? {
        guard count > 0, isGrave || !skippingBad else { return nil }
        guard count > 1 else { return first[0] }
        let rest = count > first.count ? ["and \(count - first.count) more"] : []
        let lines = ["\(count) things are wrong with the input:"] + (shown + rest).map { "  \($0)" }
        return InputError((lines + ["mend them\(isGrave ? "" : ", or give --skip-bad to go on without them")"]).joined(separator: "\n"))
    }
}
