import CutlineCore
import SystemPackage

/// Finds the pictures that one text names: a picture, a folder, a glob or an address.
struct PictureFinder {
    /// Where relative paths begin; absolute.
    let base: FilePath
    let naming: KeyNaming
    let exclusion: Exclusion

    /// Appends an item with its default key for each picture that `text` names; at least one.
    func find(_ text: String, into items: inout [InputItem], skipped: inout Skipped) throws(InputError) {
        if let address = try address(text) {
            guard !exclusion.covers(text) else { return skipped.excluded += 1 }
            return items.append(address)
        }
        let given = FilePath(text)
        let before = (count: items.count, skipped: skipped.total, excluded: skipped.excluded)
        let isGlob = GlobPattern.hasWildcards(given.bytes) && !FileFacts.isPresent(base.pushing(given))
        if isGlob {
            try findMatches(of: given, text, into: &items, skipped: &skipped)
        } else {
            let parent = Place(given: given.removingLastComponent(), finder: self)
            try add(Named(text: text, given: given, parent: parent), into: &items, skipped: &skipped)
        }
        guard items.count > before.count || skipped.excluded > before.excluded else {
            let seen = skipped.description.map { skipped.total == before.skipped ? "" : " (\($0))" } ?? ""
            throw InputError("\(text) holds no picture\(seen); name a folder with pictures or remove it")
        }
    }

    /// The one picture that `text` names, taken literally; nil where it is excluded.
    func picture(_ text: String) throws(InputError) -> InputItem? {
        if exclusion.covers(text) { return nil }
        if let address = try address(text) { return address }
        let given = FilePath(text)
        let named = Named(text: text, given: given, parent: Place(given: given.removingLastComponent(), finder: self))
        switch try named.look() {
        case .picture(let file): return named.parent.item(named.relative, file)
        case .folder: throw InputError("\(text) is a folder; name one picture here, or give the folder as an input of its own")
        case .special: throw named.special
        case .notAPicture(let file): throw file.refusal(of: text)
        }
    }

    private func address(_ text: String) throws(InputError) -> InputItem? {
        guard WebAddress.isMeant(by: text) else {
            guard !text.isEmpty, !text.utf8.contains(0) else { throw InputError("a path must not be empty or hold a NUL") }
            return nil
        }
        if let problem = WebAddress.problem(in: text) { throw InputError("the address \(text) \(problem)") }
        return InputItem(key: text, hasOwnKey: false, image: InputImage(asGiven: text, source: .url(text)))
    }

    private func findMatches(
        of given: FilePath, _ text: String, into items: inout [InputItem], skipped: inout Skipped
    ) throws(InputError) {
        let exports = skipped.exports
        var glob = GlobWalk(given, base: base, skipped: skipped)
        let matches = try glob.run()
        skipped = glob.skipped
        guard !matches.isEmpty || skipped.exports > exports else {
            throw InputError("nothing matches \(text); check the path and the pattern")
        }
        let parent = Place(given: glob.folder, finder: self)
        for match in matches {
            let named = Named(text: glob.folder.pushing(match).text, given: match, parent: parent, isBelowParent: true)
            try addMatch(named, of: glob, into: &items, skipped: &skipped)
        }
    }

    /// Adds what is named by itself, and so must be usable: a picture, or a folder.
    private func add(_ named: Named, into items: inout [InputItem], skipped: inout Skipped) throws(InputError) {
        guard !exclusion.covers(named.relative, below: named.parent.given) else { return skipped.excluded += 1 }
        switch try named.look() {
        case .picture(let file): items.append(named.parent.item(named.relative, file))
        case .folder: try walk(FilePath(), of: Place(given: named.given, finder: self), into: &items, skipped: &skipped)
        case .special: throw named.special
        case .notAPicture(let file): throw file.refusal(of: named.text)
        }
    }

    /// Adds what a pattern found, which is as what stands in a folder: what is no picture is left out.
    private func addMatch(
        _ named: Named, of glob: GlobWalk, into items: inout [InputItem], skipped: inout Skipped
    ) throws(InputError) {
        guard !exclusion.covers(named.relative, below: named.parent.given) else { return skipped.excluded += 1 }
        let (finding, identity): (Finding, FileIdentity)
        do throws(Errno) { (finding, identity) = try Finding.look(at: named.path) } catch {
            return try skipped.leaveOut(named.shown, at: named.path, because: error)
        }
        switch finding {
        case .picture(let file): items.append(named.parent.item(named.relative, file))
        case .folder:
            let around = glob.around(named.relative)
            guard !around.contains(identity) else { return skipped.loops += 1 }
            try walk(named.relative, of: named.parent, around: around, into: &items, skipped: &skipped)
        case .special: skipped.leaveOutSpecial(named.shown)
        case .notAPicture(let file): skipped.leaveOut(named.shown, file)
        }
    }

    /// - Parameter around: the folders around it, where a pattern found it; nil: it was named by itself.
    private func walk(
        _ relative: FilePath, of place: Place, around: [FileIdentity]? = nil, into items: inout [InputItem], skipped: inout Skipped
    ) throws(InputError) {
        var walk = try FolderWalk(
            root: place.path.pushing(relative), name: place.given.pushing(relative), around: around ?? [], isNamed: around == nil,
            skipped: skipped
        ) {
            exclusion.covers(relative.pushing($0), below: place.given)
        }
        while let (below, file) = try walk.next() { items.append(place.item(relative.pushing(below), file)) }
        skipped = walk.skipped
    }
}

/// A folder that names begin with: as given, as found, and as keys see it.
private struct Place {
    let given: FilePath
    let path: FilePath
    let prefix: FilePath

    init(given: FilePath, finder: PictureFinder) {
        self.given = given
        path = Self.tidied(finder.base.pushing(given))
        prefix = finder.naming.prefix(of: given, base: finder.base)
    }

    func item(_ relative: FilePath, _ file: PictureFile) -> InputItem {
        let image = InputImage(asGiven: given.pushing(relative).text, source: .file(file))
        return InputItem(key: prefix.pushing(relative).text, hasOwnKey: false, image: image)
    }

    /// Without `.` and `..`, so that one file has one path however it is named; as it is where links make that another folder.
    private static func tidied(_ path: FilePath) -> FilePath {
        let normalized = path.lexicallyNormalized()
        // What cannot be looked at is reported when it is opened.
        guard normalized != path, let one = try? FileFacts(path: path), let other = try? FileFacts(path: normalized) else { return path }
        return one.identity == other.identity ? normalized : path
    }
}

/// A file or folder that is named by itself.
private struct Named {
    /// For messages.
    let text: String
    let given: FilePath
    let parent: Place
    /// Whether `given` is a path below `parent`; else its last part is.
    var isBelowParent = false

    var relative: FilePath { isBelowParent ? given : FilePath(root: nil, [given.lastComponent].compactMap(\.self)) }
    var path: FilePath { parent.path.pushing(relative) }

    /// As the user knows it.
    var shown: FilePath { parent.given.pushing(relative) }

    var special: InputError { InputError("\(text) is a device, FIFO or socket, not a picture; take it out of the input") }

    func look() throws(InputError) -> Finding {
        do throws(Errno) { return try Finding.look(at: path).0 } catch { throw self.error(error) }
    }

    private func error(_ error: Errno) -> InputError {
        guard error == .noSuchFileOrDirectory || error == .notDirectory else {
            return InputError("\(text) cannot be read: \(error)", cause: error)
        }
        if FileFacts.isPresent(path) { return InputError("\(text) is a link to nothing; mend it or take it out of the input") }
        let advice = text.contains("://") ? "of addresses only http:// and https:// can be read" : "check the path"
        return InputError("there is no file or folder \(text); \(advice)")
    }
}
