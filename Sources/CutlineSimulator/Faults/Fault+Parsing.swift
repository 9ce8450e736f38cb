import CutlineCore

/// Why a fault's text was not understood.
package struct InvalidFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package let reason: String

    package var description: String { "cannot read the fault \"\(text)\": \(reason)" }
}

extension Fault {
    /// - Throws: `InvalidFault`, which names what is known.
    package init(parsing text: String) throws(InvalidFault) {
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        do throws(InvalidFaultPart) {
            var kind = try Kind(parsing: parts[0])
            if parts.count == 2 { kind = try kind.with(setting: parts[1]) }
            self.init(kind, when: try halves.count == 2 ? When(parsing: halves[1]) : .always)
        } catch {
            throw InvalidFault(text: text, reason: error.sentence)
        }
    }
}

/// The sentence of an `InvalidFault` or a `Marker`'s refusal, before the whole text is known.
struct InvalidFaultPart: Error {
    let sentence: String
}

extension Fault.Kind {
    init(parsing word: some StringProtocol) throws(InvalidFaultPart) {
        if let name = Fault.Name(rawValue: String(word)) {
            self = .named(name)
        } else if let status = Int(word), (400...599).contains(status) {
            self = .status(status, retryAfter: nil)
        } else {
            let near = Nearest.to(String(word), among: Fault.Name.allCases.map(\.rawValue)).map { "did you mean \($0)? Known" }
            throw InvalidFaultPart(
                sentence: "the kind \"\(word)\" is not known; \(near ?? "known") are a status from 400 to 599 and the names that "
                    + "cutline simulate --list-faults prints")
        }
    }

    /// `retry-after=SECONDS`, which a status and some names can carry.
    func with(setting: some StringProtocol) throws(InvalidFaultPart) -> Self {
        guard setting.hasPrefix("retry-after="), let seconds = Double(setting.dropFirst("retry-after=".count)),
            seconds.isFinite, seconds >= 0
        else { throw InvalidFaultPart(sentence: "the only setting is retry-after=SECONDS") }
        switch self {
        case .status(let status, _): return .status(status, retryAfter: seconds)
        case .named(let name, _):
            guard name.canWait else {
                let able = Fault.Name.allCases.filter(\.canWait).map(\.rawValue).joined(separator: ", ")
                throw InvalidFaultPart(sentence: "\(name.rawValue) carries no retry-after; a status does, and \(able)")
            }
            return .named(name, retryAfter: seconds)
        }
    }

    /// As it is written in a flag, a marker and the log.
    var word: String {
        switch self {
        case .status(let status, _): String(status)
        case .named(let name, _): name.rawValue
        }
    }
}

extension Fault.When {
    fileprivate init(parsing text: Substring) throws(InvalidFaultPart) {
        if let share = Self.share(text, of: "%") {
            self = .percent(share)
        } else if let share = Self.share(text, of: "%pictures") {
            self = .percentOfPictures(share)
        } else if text.hasPrefix("model="), text.count > 6 {
            self = .model(String(text.dropFirst(6)))
        } else if let span = Self.span(text) {
            self = .seconds(span)
        } else if text.hasSuffix("+"), let first = Self.call(text.dropLast()) {
            self = .from(first)
        } else if let only = Self.call(text) {
            self = .calls(only...only)
        } else if let range = Self.range(text) {
            self = .calls(range)
        } else {
            throw InvalidFaultPart(
                sentence: "after @ comes N, N+, A-B or a share such as 10%, with calls counted from 1; 5s-80s or 5s+, with seconds "
                    + "counted from the first call; a share of pictures such as 2%pictures; or model=NAME")
        }
    }

    private static func share(_ text: Substring, of unit: String) -> Double? {
        guard text.hasSuffix(unit), let share = Double(text.dropLast(unit.count)), (0...100).contains(share) else { return nil }
        return share
    }

    /// `5s-80s`, without its end, or `5s+`.
    private static func span(_ text: Substring) -> Range<Double>? {
        if text.hasSuffix("+") { return second(text.dropLast()).map { $0..<Double.infinity } }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(second)
        guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else { return nil }
        return start..<end
    }

    private static func second(_ text: Substring) -> Double? {
        guard text.hasSuffix("s"), let number = Double(text.dropLast()), number.isFinite, number >= 0 else { return nil }
        return number
    }

    private static func call(_ text: Substring) -> Int? {
        guard let number = Int(text), number > 0 else { return nil }
        return number
    }

    private static func range(_ text: Substring) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(call)
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else { return nil }
        return first...last
    }
}
