import CutlineCore
import SystemPackage

/// Walks a folder and all folders below it. Links are followed, and every name is a file of its own, however many names lead to one file:
/// each is one that a person sees. Loops end because no folder is entered inside itself.
struct FolderWalk {
    private struct Level {
        /// Below the root; empty for the root.
        let relative: FilePath
        let identity: FileIdentity
        var names: [[UInt8]]
    }

    private let root: FilePath
    /// The root as the user knows it.
    private let name: FilePath
    private let isExcluded: (FilePath) -> Bool
    /// Of the folders around the root.
    private let around: [FileIdentity]
    /// The root is an export itself: its pictures are what is wanted.
    private let takesExports: Bool
    private var levels: [Level] = []
    private(set) var skipped: Skipped

    /// - Parameters:
    ///   - around: the folders around the root that were passed on the way to it; the root must not lead back to them.
    ///   - isNamed: whether the root was named by itself, so that it is taken even where it is an export.
    ///   - isExcluded: asked of every path below the root before it is looked at.
    init(
        root: FilePath, name: FilePath, around: [FileIdentity] = [], isNamed: Bool = true, skipped: Skipped,
        isExcluded: @escaping (FilePath) -> Bool
    ) throws(InputError) {
        (self.root, self.name, self.around, self.skipped, self.isExcluded) = (root, name, around, skipped, isExcluded)
        do throws(Errno) {
            let identity = try FileFacts(path: root).identity
            let listing = try FolderListing(root)
            takesExports = isNamed && OwnExport.isAt(root, listing, orAround: true)
            if !isNamed, OwnExport.isAt(root, listing) {
                self.skipped.leaveOutExport(name)
            } else {
                enter(FilePath(), identity, listing)
            }
        } catch {
            throw InputError("the folder \(root.text) cannot be read: \(error)", cause: error)
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
                try skipped.leaveOut(self.name.pushing(relative), at: root.pushing(relative), because: error)
            }
        }
        return nil
    }

    private mutating func visit(_ relative: FilePath) throws(Errno) -> PictureFile? {
        let path = root.pushing(relative)
        let (finding, identity) = try Finding.look(at: path)
        switch finding {
        case .picture(let file): return file
        case .folder:
            guard !around.contains(identity), !levels.contains(where: { $0.identity == identity }) else {
                skipped.loops += 1
                return nil
            }
            let listing = try FolderListing(path)
            if !takesExports, OwnExport.isAt(path, listing) {
                skipped.leaveOutExport(name.pushing(relative))
            } else {
                enter(relative, identity, listing)
            }
        case .notAPicture(let file): skipped.leaveOut(name.pushing(relative), file)
        case .special: skipped.leaveOutSpecial(name.pushing(relative))
        }
        return nil
    }

    private mutating func enter(_ relative: FilePath, _ identity: FileIdentity, _ listing: FolderListing) {
        skipped.hidden += listing.hidden.count
        levels.append(Level(relative: relative, identity: identity, names: listing.names.reversed()))
    }
}
