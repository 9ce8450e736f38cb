import CutlineCore
import SystemPackage

/// How a run looks for entries that it did not meet.
package struct DepartureSearch {
    package var batch: BatchID
    /// What the run read; entries that others brought are not touched.
    package var inputs: Set<InputID>
    /// When the run began to add.
    package var mark: EntryMark
    /// Whether the run met this key.
    package var holds: (String) -> Bool
    /// Whether the run leaves an entry out, by its default key or its picture as the user wrote it: then it could not meet it.
    package var excludes: (String) -> Bool
    package var look: (FilePath) -> FilePresence

    package init(
        batch: BatchID, inputs: Set<InputID>, mark: EntryMark, holds: @escaping (String) -> Bool,
        excludes: @escaping (String) -> Bool = { _ in false }, look: @escaping (FilePath) -> FilePresence
    ) {
        self.batch = batch
        self.inputs = inputs
        self.mark = mark
        self.holds = holds
        self.excludes = excludes
        self.look = look
    }
}
