import CutlineCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder that is filled under a hidden name beside its place, so that it appears as a whole or not at all.
struct NewFolder {
    let folder: Folder
    /// What stands in its place already.
    let old: Folder?
    private let name: FilePath.Component
    private let stageName: FilePath.Component
    private let parent: Folder

    /// - Parameter check: Looks at the folder that stands there already.
    init(_ given: FilePath, check: (Folder) throws(ExportError) -> Void) throws(ExportError) {
        let path = given.resolved ?? given.lexicallyNormalized()
        guard let name = path.lastComponent else { throw .folderTaken(given, by: nil) }
        self.name = name
        let above = path.removingLastComponent()
        parent = try Folder(at: above.isEmpty ? "." : above)
        switch try parent.kind(name) {
        case .nothing: old = nil
        case .folder: old = try parent.subfolder(name, creating: false)
        case .file, .link, .other: throw .isFile(given)
        }
        if let old { try check(old) }
        (stageName, folder) = try parent.stage()
    }

    /// Nil where there is a folder already.
    init?(_ given: FilePath) throws(ExportError) {
        if let path = given.resolved, (try? Folder(at: path)) != nil { return nil }  // What else stands there is said below.
        try self.init(given) { _ in }
    }

    /// Makes it durable, then visible.
    func commit() throws(ExportError) {
        try folder.syncAll()
        try parent.rename(stageName, to: name, in: parent)
        try parent.sync()
    }

    /// Removes what was not committed.
    func end() { parent.removeTree(stageName) }
}

extension Folder {
    /// Removes a folder with all that is in it; links are removed, not followed.
    func removeTree(_ name: FilePath.Component) {
        // What cannot be looked at cannot be removed either: it stays, under its hidden name.
        guard let folder = try? subfolder(name, creating: false), let names = try? folder.names() else { return }
        for name in names where !folder.remove(name) { folder.removeTree(name) }
        removeFolder(name)
    }
}

extension FilePath {
    /// Without links; nil where there is nothing.
    fileprivate var resolved: FilePath? {
        guard let real = withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(real) }
        return FilePath(platformString: real)
    }
}
