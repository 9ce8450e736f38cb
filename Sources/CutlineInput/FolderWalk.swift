import CutlineCore
import SystemPackage

/// Walks a folder and all folders below it. Links are followed; every real folder and file is visited once, so loops end.
struct FolderWalk {
    private struct Level {
        /// Below the root; empty for the root.
        let relative: FilePath
        var names: [[UInt8]]
    }

    private let root: FilePath
    private let isExcluded: (FilePath) -> Bool
    private var levels: [Level] = []
    private var visited: Set<FileIdentity> = []
    private(set) var skipped = Skipped()

    /// - Parameter isExcluded: Asked of every path below the root before it is looked at.
    init(root: FilePath, isExcluded: @escaping (FilePath) -> Bool) throws(InputError) {
        self.root = root
        self.isExcluded = isExcluded
        do throws(Errno) {
            visited.insert(try FileFacts(path: root).identity)
            try enter(FilePath())
        } catch {
            throw InputError("the folder \(root.text) cannot be read: \(error)")
        }
    }

    /// The next picture, and its path below the root.
    mutating func next() throws(InputError) -> (relative: FilePath, file: PictureFile)? {
        while var level = levels.popLast() {
            guard let name = level.names.popLast() else { continue }
            levels.append(level)
            let relative = level.relative.pushing(FilePath(bytes: name))
            guard !isExcluded(relative) else {
                skipped.excluded += 1
                continue
            }
            do throws(Errno) {
                if let file = try visit(relative) { return (relative, file) }
            } catch {
                try skip(relative, error)
            }
        }
        return nil
    }

    private mutating func visit(_ relative: FilePath) throws(Errno) -> PictureFile? {
        let (finding, identity) = try Finding.look(at: root.pushing(relative))
        guard visited.insert(identity).inserted else { return nil }
        switch finding {
        case .picture(let file): return file
        case .folder: try enter(relative)
        case .notAPicture, .empty: skipped.notPictures += 1
        case .special: skipped.special += 1
        }
        return nil
    }

    private mutating func enter(_ relative: FilePath) throws(Errno) {
        let listing = try FolderListing(root.pushing(relative))
        skipped.hidden += listing.hidden.count
        levels.append(Level(relative: relative, names: listing.names.reversed()))
    }

    private mutating func skip(_ relative: FilePath, _ error: Errno) throws(InputError) {
        if error.isShortage { throw InputError("\(root.pushing(relative).text) cannot be read: \(error)") }
        let isDangling = [.noSuchFileOrDirectory, .tooManySymbolicLinkLevels].contains(error)
        if isDangling { skipped.danglingLinks += 1 } else { skipped.unreadable += 1 }
    }
}
