import CutlineCore
import SystemPackage

/// How an earlier export of a format is recognised, so that `--overwrite` replaces such a folder and no other.
struct DatasetMarks: Sendable {
    /// One of these must be there, at the top or in the folder of a set.
    let mark: String
    /// Whether a file of this name belongs to the format.
    let holds: @Sendable (String) -> Bool
}

/// A folder that is written as a whole. It is built under a hidden name beside its place and then given its name; an earlier export is replaced
/// file by file, the mark last, and loses what the new one does not have.
struct DatasetFolder {
    private let marks: DatasetMarks
    private let new: NewFolder

    /// - Throws: `ExportError` where something else than an earlier export stands there.
    init(_ given: FilePath, overwrite: Bool, _ marks: DatasetMarks) throws(ExportError) {
        self.marks = marks
        new = try NewFolder(given) { (folder) throws(ExportError) in try Self.check(folder, overwrite: overwrite, marks) }
    }

    /// The folder to write into, or one for each set.
    func folders(of sets: [[String]]) throws(ExportError) -> [Folder] {
        var folders: [Folder] = []
        for set in sets {
            var folder = new.folder
            for name in set { folder = try folder.subfolder(FilePath.Component(name)!) }
            folders.append(folder)
        }
        return folders
    }

    /// Makes it durable, then visible.
    func commit() throws(ExportError) {
        guard let old = new.old else { return try new.commit() }
        try new.folder.syncAll()
        try move(new.folder, into: old)
    }

    /// Removes what was not committed.
    func end() { new.end() }

    /// The mark goes first and comes last: a set of pictures without texts is better than one with wrong texts.
    private func move(_ from: Folder, into target: Folder) throws(ExportError) {
        if let mark = FilePath.Component(marks.mark) { target.remove(mark) }
        let new = try from.names()
        try clean(target, of: Set(new.map(\.string)))
        for name in new where name.string != marks.mark {
            if try from.kind(name) == .folder {
                try move(from.subfolder(name, creating: false), into: target.subfolder(name))
            } else {
                try from.rename(name, to: name, in: target)
            }
        }
        if let mark = new.first(where: { $0.string == marks.mark }) { try from.rename(mark, to: mark, in: target) }
        try target.sync()
    }

    /// Takes away what belongs to an earlier export and not to this one.
    private func clean(_ target: Folder, of new: Set<String>) throws(ExportError) {
        for name in try target.names() where !new.contains(name.string) {
            if try target.kind(name) == .folder {
                guard try Self.isSet(target, name, marks) else { continue }
                try clean(target.subfolder(name, creating: false), of: [])
                target.removeFolder(name)
            } else if marks.holds(name.string) {
                target.remove(name)
            }
        }
    }

    private static func check(_ folder: Folder, overwrite: Bool, _ marks: DatasetMarks) throws(ExportError) {
        let names = try folder.names()
        if names.isEmpty { return }
        guard overwrite else { throw .folderExists(folder.path) }
        var isMarked = names.contains { $0.string == marks.mark }
        for name in names where !marks.holds(name.string) && !isForPeople(name.string) {
            guard try isSet(folder, name, marks) else { throw .folderTaken(folder.path, by: name.string) }
            isMarked = true
        }
        guard isMarked else { throw .folderTaken(folder.path, by: names.first?.string) }
    }

    /// Whether a folder below holds nothing but files of an export, or such folders: a set of one kind may have parts.
    private static func isSet(
        _ folder: Folder, _ name: FilePath.Component, _ marks: DatasetMarks, depth: Int = 2
    ) throws(ExportError) -> Bool {
        guard depth > 0, try folder.kind(name) == .folder else { return false }
        let below = try folder.subfolder(name, creating: false)
        let names = try below.names()
        if names.contains(where: { $0.string == marks.mark }) { return names.allSatisfy { marks.holds($0.string) } }
        for name in names where try !isSet(below, name, marks, depth: depth - 1) { return false }
        return !names.isEmpty
    }

    /// What people and tools put into a dataset's folder: it stays.
    private static func isForPeople(_ name: String) -> Bool {
        name.hasPrefix(".") || name.hasPrefix("README") || name.hasPrefix("LICENSE")
    }
}
