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

    init(_ given: FilePath, base: FilePath) {
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

    private mutating func expand(_ relative: FilePath, _ rest: ArraySlice<Part>) throws(InputError) {
        guard let part = rest.first else { return matches.append(relative) }
        switch part {
        case .literal(let name):
            let next = relative.pushing(FilePath(bytes: name))
            if FileFacts.isPresent(root.pushing(next)) { try expand(next, rest.dropFirst()) }
        case .pattern(let pattern):
            for name in try names(in: relative) where pattern.matches(name) {
                let next = relative.pushing(FilePath(bytes: name))
                if rest.count == 1 || isFolder(next) { try expand(next, rest.dropFirst()) }
            }
        case .folders:
            var visited: Set<FileIdentity> = []
            try expandFolders(relative, rest.dropFirst(), &visited)
        }
    }

    /// Every real folder once, so that loops of links end. A `**` at the end stands for every file.
    private mutating func expandFolders(
        _ relative: FilePath, _ rest: ArraySlice<Part>, _ visited: inout Set<FileIdentity>
    ) throws(InputError) {
        guard let facts = facts(relative), visited.insert(facts.identity).inserted else { return }
        if !rest.isEmpty { try expand(relative, rest) }
        for name in try names(in: relative) where name.first != UInt8(ascii: ".") {
            let next = relative.pushing(FilePath(bytes: name))
            if isFolder(next) {
                try expandFolders(next, rest, &visited)
            } else if rest.isEmpty {
                matches.append(next)
            }
        }
    }

    private func names(in relative: FilePath) throws(InputError) -> [[UInt8]] {
        do throws(Errno) {
            let listing = try FolderListing(root.pushing(relative))
            return listing.hidden + listing.names
        } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory { return [] }
            throw InputError("the folder \(root.pushing(relative).text) cannot be read: \(error)")
        }
    }

    private func isFolder(_ relative: FilePath) -> Bool { facts(relative)?.kind == .folder }

    private func facts(_ relative: FilePath) -> FileFacts? {
        // A name that vanished or leads nowhere is no folder.
        try? FileFacts(path: root.pushing(relative))
    }
}
