import CutlineCore

/// The file as it is.
package struct FileHealth: Hashable, Sendable {
    package var schemaVersion: Int
    package var applicationID: Int
    /// What SQLite finds in the file: broken pages, rows without their parents.
    package var damage: [String]

    package init(schemaVersion: Int, applicationID: Int, damage: [String]) {
        (self.schemaVersion, self.applicationID, self.damage) = (schemaVersion, applicationID, damage)
    }
}
