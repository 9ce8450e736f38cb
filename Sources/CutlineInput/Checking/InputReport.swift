import CutlineCore
import Synchronization

/// Takes down the names that a person may miss among what is sent, each with its reason. Of each kind the first few are kept; all of them are
/// handed on as they come, so that a million of them take no memory.
package final class InputReport: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// Its name or first bytes call it a picture, and it cannot be taken as one.
        case skipped
        /// An export of this program's own inside a folder.
        case export
        /// Named by itself, and of no use.
        case bad
        /// It was found, and could not be read any more when it was to be added.
        case gone
        /// A picture that cannot be decoded whole.
        case damaged
    }

    package struct Line: Hashable, Sendable {
        package let kind: Kind
        package let name: String
        /// `is empty; restore it`
        package let reason: String
    }

    package struct Tally: Hashable, Sendable {
        package var first: [Line] = []
        package var count = 0
    }

    /// How many of each kind are kept.
    package static let most = 10

    private let tallies = Mutex<[Kind: Tally]>([:])
    private let observe: (@Sendable (Line) -> Void)?

    /// - Parameter observe: called with every line, from whatever thread finds it.
    package init(_ observe: (@Sendable (Line) -> Void)? = nil) { self.observe = observe }

    package func note(_ kind: Kind, _ name: String, _ reason: String) {
        let line = Line(kind: kind, name: name, reason: reason)
        tallies.withLock { tallies in
            var tally = tallies[kind] ?? Tally()
            if tally.count < Self.most { tally.first.append(line) }
            tally.count += 1
            tallies[kind] = tally
        }
        observe?(line)
    }

    package func tally(_ kind: Kind) -> Tally { tallies.withLock { $0[kind] ?? Tally() } }
}
