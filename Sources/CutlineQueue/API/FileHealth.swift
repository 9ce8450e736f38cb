import CutlineCore

/// The file as it is.
package struct FileHealth: Hashable, Sendable {
    package var schemaVersion: Int
    package var applicationID: Int
    /// What SQLite finds in the file: broken pages, rows without their parents.
    package var damage: [String]
}
