import CutlineCore
import SystemPackage

/// Finds what a glob names. Folders above the first wildcard are taken literally.
struct GlobWalk {
    private enum Part {
        case literal([UInt8])
        case pattern(GlobPattern)
        /// `**`: this folder and all folders below it.
        case folders
    }

    /// As given, without the parts from the first wildcard on; may be empty.
    let folder: FilePath
    private let root: FilePath
    private let parts: [Part]
    private var matches: [FilePath] = []
    private(set) var skipped: Skipped
    /// Folders that were left out. A pattern may lead to one twice.
    private var (exports, unreadable): (Set<FilePath>, Set<FilePath>) = ([], [])

    init(_ given: FilePath, base: FilePath, skipped: Skipped) {
        self.skipped = skipped
        var folder = FilePath(root: given.root, [])
        var rest = given.components[...]
        while let part = rest.first {
            let next = folder.appending(part)
            let isLiteral = !GlobPattern.hasWildcards(part.bytes) || FileFacts.isPresent(base.pushing(next))
            guard isLiteral else { break }
            folder = next
            rest = rest.dropFirst()
        }
        self.folder = folder
        root = base.pushing(folder)
        parts = rest.reduce(into: []) { parts, component in
            let bytes = component.bytes
            guard bytes == Array("**".utf8) else {
                return parts.append(GlobPattern.hasWildcards(bytes) ? .pattern(GlobPattern(bytes)) : .literal(bytes))
            }
            if case .folders? = parts.last { return }
            parts.append(.folders)
        }
    }

    /// The matches below `folder`, each once, in order of their bytes at every level.
    mutating func run() throws(InputError) -> [FilePath] {
        try expand(FilePath(), parts[...])
        var seen: Set<FilePath> = []
        return matches.filter { seen.insert($0).inserted }
    }

    /// The folders around a match, outermost first: one that leads back to them is a loop.
    func around(_ match: FilePath) -> [FileIdentity] {
        var (folder, identities) = (FilePath(), [identity(FilePath())])
        for part in match.components.dropLast() {
            folder.append(part)
            identities.append(identity(folder))
        }
        return identities.compactMap(\.self)
    }

    private mutating func expand(_ relative: FilePath, _ rest: ArraySlice<Part>) throws(InputError) {
        guard let part = rest.first else { return matches.append(relative) }
        switch part {
        case .literal(let name):
            let next = relative.pushing(FilePath(bytes: name))
            if FileFacts.isPresent(root.pushing(next)) { try expand(next, rest.dropFirst()) }
        case .pattern(let pattern):
            for name in try names(in: relative) where pattern.matches(name) {
                let next = relative.pushing(FilePath(bytes: name))
                if rest.count > 1 {
                    guard isFolder(next), try !isExport(next) else { continue }
                }
                try expand(next, rest.dropFirst())
            }
        case .folders: try expandFolders(relative, rest.dropFirst(), inside: [])
        }
    }

    /// No folder inside itself, so that loops of links end. A `**` at the end stands for every file.
    private mutating func expandFolders(
        _ relative: FilePath, _ rest: ArraySlice<Part>, inside: [FileIdentity]
    ) throws(InputError) {
        guard let identity = identity(relative) else { return }
        guard !inside.contains(identity) else { return skipped.loops += 1 }
        if !rest.isEmpty { try expand(relative, rest) }
        for name in try names(in: relative) where name.first != UInt8(ascii: ".") {
            let next = relative.pushing(FilePath(bytes: name))
            if isFolder(next) {
                if try !isExport(next) { try expandFolders(next, rest, inside: inside + [identity]) }
            } else if rest.isEmpty {
                matches.append(next)
            }
        }
    }

    /// Inside a wildcard's folders this program's own exports are left out; who names one takes it.
    private mutating func isExport(_ relative: FilePath) throws(InputError) -> Bool {
        let path = root.pushing(relative)
        guard let listing = try listing(relative), OwnExport.isAt(path, listing) else { return false }
        if exports.insert(relative).inserted { skipped.leaveOutExport(folder.pushing(relative)) }
        return true
    }

    private mutating func names(in relative: FilePath) throws(InputError) -> [[UInt8]] {
        try listing(relative).map { $0.hidden + $0.names } ?? []
    }

    /// Nil where there is none, or where it cannot be read, which is counted.
    private mutating func listing(_ relative: FilePath) throws(InputError) -> FolderListing? {
        do throws(Errno) { return try FolderListing(root.pushing(relative)) } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory { return nil }
            if unreadable.insert(relative).inserted {
                try skipped.leaveOut(folder.pushing(relative), at: root.pushing(relative), because: error)
            }
            return nil
        }
    }

    private func identity(_ relative: FilePath) -> FileIdentity? { facts(relative)?.identity }

    private func isFolder(_ relative: FilePath) -> Bool { facts(relative)?.kind == .folder }

    private func facts(_ relative: FilePath) -> FileFacts? {
        // A name that vanished or leads nowhere is no folder.
        try? FileFacts(path: root.pushing(relative))
    }
}
