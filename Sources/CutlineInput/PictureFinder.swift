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
        let before = (count: items.count, skipped: skipped)
        let isGlob = GlobPattern.hasWildcards(given.bytes) && !FileFacts.isPresent(base.pushing(given))
        if isGlob {
            try findMatches(of: given, text, into: &items, skipped: &skipped)
        } else {
            let parent = Place(given: given.removingLastComponent(), finder: self)
            try add(Named(text: text, given: given, parent: parent), into: &items, skipped: &skipped)
        }
        guard items.count > before.count || skipped.excluded > before.skipped.excluded else {
            let seen = skipped.description.map { skipped == before.skipped ? "" : " (\($0))" } ?? ""
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
        case .empty: throw named.empty
        case .special: throw named.special
        case .notAPicture: throw named.notAPicture
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
        var glob = GlobWalk(given, base: base)
        let matches = try glob.run()
        guard !matches.isEmpty else { throw InputError("nothing matches \(text); check the path and the pattern") }
        let parent = Place(given: glob.folder, finder: self)
        for match in matches {
            let named = Named(text: glob.folder.pushing(match).text, given: match, parent: parent, isBelowParent: true)
            try add(named, into: &items, skipped: &skipped)
        }
    }

    /// Adds what is named by itself, and so must be usable: a picture, or a folder.
    private func add(_ named: Named, into items: inout [InputItem], skipped: inout Skipped) throws(InputError) {
        guard !exclusion.covers(named.relative, below: named.parent.given) else { return skipped.excluded += 1 }
        switch try named.look() {
        case .picture(let file): items.append(named.parent.item(named.relative, file))
        case .folder:
            let place = named.isBelowParent ? named.parent : Place(given: named.given, finder: self)
            try walk(named.isBelowParent ? named.relative : FilePath(), of: place, into: &items, skipped: &skipped)
        case .empty: throw named.empty
        case .special: throw named.special
        case .notAPicture: throw named.notAPicture
        }
    }

    private func walk(
        _ relative: FilePath, of place: Place, into items: inout [InputItem], skipped: inout Skipped
    ) throws(InputError) {
        var walk = try FolderWalk(root: place.path.pushing(relative)) {
            exclusion.covers(relative.pushing($0), below: place.given)
        }
        while let (below, file) = try walk.next() { items.append(place.item(relative.pushing(below), file)) }
        skipped.add(walk.skipped)
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

    var empty: InputError { InputError("\(text) is empty; restore it or take it out of the input") }
    var special: InputError { InputError("\(text) is a device, FIFO or socket, not a picture; take it out of the input") }
    var notAPicture: InputError { InputError("\(text) is not a picture, whatever its name says; take it out of the input") }

    func look() throws(InputError) -> Finding {
        do throws(Errno) { return try Finding.look(at: path).0 } catch { throw self.error(error) }
    }

    private func error(_ error: Errno) -> InputError {
        guard error == .noSuchFileOrDirectory || error == .notDirectory else {
            return InputError("\(text) cannot be read: \(error)")
        }
        if FileFacts.isPresent(path) { return InputError("\(text) is a link to nothing; mend it or take it out of the input") }
        let advice = text.contains("://") ? "of addresses only http:// and https:// can be read" : "check the path"
        return InputError("there is no file or folder \(text); \(advice)")
    }
}
