import CutlineCore
import SystemPackage

/// What became of entries that the inputs of a run brought once and do not name any more.
package struct Departures: Hashable, Sendable {
    package struct Renaming: Hashable, Sendable {
        package var old: String
        package var new: String

        package init(old: String, new: String) { (self.old, self.new) = (old, new) }
    }

    /// Of how many the names are kept, for people.
    private static let shown = 5

    /// Entries whose picture has another name now.
    package private(set) var renamed = 0
    package private(set) var renamings: [Renaming] = []
    /// Entries whose picture is gone since this run, and since an earlier one.
    package private(set) var missing = 0
    package private(set) var missingBefore = 0
    /// The first keys of those that are gone since this run.
    package private(set) var missingKeys: [String] = []
    /// Entries that were missing and whose picture is there, though the input does not name it.
    package internal(set) var returned = 0
    /// Unfinished jobs that are not sent, because all pictures that they mean are missing.
    package internal(set) var cancelled = 0
    /// Entries whose picture is gone and which stay as they are, by the empty folder above it.
    package private(set) var kept: [FilePath: Int] = [:]

    package init() {}

    /// - Parameter new: nil where it is not known which.
    mutating func rename(_ old: String, to new: String?) {
        renamed += 1
        if let new, renamings.count < Self.shown { renamings.append(Renaming(old: old, new: new)) }
    }

    mutating func miss(_ key: String, isNew: Bool) {
        guard isNew else { return missingBefore += 1 }
        missing += 1
        if missingKeys.count < Self.shown { missingKeys.append(key) }
    }

    mutating func keep(below folder: FilePath) { kept[folder, default: 0] += 1 }
}
