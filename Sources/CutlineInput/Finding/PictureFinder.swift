import CutlineCore
import SystemPackage

/// Finds the pictures that one text names: a picture, a folder, a glob or an address.
struct PictureFinder {
    /// Where relative paths begin; absolute.
    let base: FilePath
    let naming: KeyNaming
    let exclusion: Exclusion
    var nearby = NearbyNames()

    /// Appends an item with its default key for each picture that `text` names; at least one. Archives are refused.
    func find(_ text: String, into items: inout [InputItem], skipped: inout Skipped) throws(InputError) {
        var archives: [Archive] = []
        try find(text, into: &items, archives: &archives, skipped: &skipped)
        if let archive = archives.first { throw archive.asPicture }
    }

    /// The same, and appends the archives that `text` names by themselves.
    func find(
        _ text: String, into items: inout [InputItem], archives: inout [Archive], skipped: inout Skipped
    ) throws(InputError) {
        if let address = try address(text) {
            guard !exclusion.covers(address.key) else { return skipped.excluded += 1 }
            return items.append(address)
        }
        let given = FilePath(text)
        let before = (count: items.count + archives.count, skipped: skipped.total, excluded: skipped.excluded)
        let isGlob = GlobPattern.hasWildcards(given.bytes) && !FileFacts.isPresent(base.pushing(given))
        if isGlob {
            try findMatches(of: given, text, into: &items, archives: &archives, skipped: &skipped)
        } else {
            try add(try named(text), into: &items, archives: &archives, skipped: &skipped)
        }
        guard items.count + archives.count > before.count || skipped.excluded > before.excluded else {
            let seen = skipped.description.map { skipped.total == before.skipped ? "" : " (\($0))" } ?? ""
            throw InputError("\(text) holds no picture\(seen); name a folder with pictures or remove it")
        }
    }

    /// The one picture that `text` names, taken literally; nil where it is excluded.
    func picture(_ text: String) throws(InputError) -> InputItem? {
        if exclusion.covers(text) { return nil }
        if let address = try address(text) { return exclusion.covers(address.key) ? nil : address }
        let named = try named(text)
        if exclusion.covers(named.text) { return nil }
        switch try named.look() {
        case .picture(let file): return named.parent.item(named.relative, file)
        case .folder: throw InputError("\(text) is a folder; name one picture here, or give the folder as an input of its own")
        case .special: throw named.special
        case .notAPicture(let file): throw named.archive?.asPicture ?? file.refusal(of: text)
        }
    }

    /// What `text` names: as it is written, else the one file that is meant.
    private func named(_ text: String) throws(InputError) -> Named {
        if text.utf8.count > 1_000, let sentence = KnownText.sentence(for: text) { throw InputError(sentence) }
        let named = Named(text: text, path: FilePath(text), finder: self)
        guard FileFacts.isMissing(named.path), !exclusion.covers(named.relative, below: named.parent.given) else { return named }
        if let sentence = KnownText.sentence(for: text) { throw InputError(sentence) }
        if let meant = nearby.path(meantBy: text, in: base) { return Named(text: meant.text, path: meant, finder: self) }
        let advice = KnownText.advice(for: text) ?? nearby.advice(for: text, in: base) ?? "check the path"
        throw InputError("there is no file or folder \(text.shortened()); \(advice)")
    }

    private func address(_ given: String) throws(InputError) -> InputItem? {
        let text = WebAddress.isMeant(by: given) ? given : WrittenName.bare(given)
        guard WebAddress.isMeant(by: text) else {
            guard !given.isEmpty, !given.utf8.contains(0) else { throw InputError("a path must not be empty or hold a NUL") }
            return nil
        }
        return try item(ofAddress: WrittenName.trimmed(text) ?? text)
    }

    private func item(ofAddress text: String) throws(InputError) -> InputItem {
        if let problem = WebAddress.problem(in: text) { throw InputError("the address \(text.shortened()) \(problem)") }
        return InputItem(key: text, hasOwnKey: false, image: InputImage(asGiven: text, source: .url(text)))
    }

    private func findMatches(
        of given: FilePath, _ text: String, into items: inout [InputItem], archives: inout [Archive], skipped: inout Skipped
    ) throws(InputError) {
        let exports = skipped.exports
        var glob = GlobWalk(given, base: base, skipped: skipped)
        var matches = try glob.run()
        if matches.isEmpty, glob.skipped.exports == exports, let meant = nearby.glob(meantBy: text, in: base) {
            glob = GlobWalk(meant, base: base, skipped: skipped)
            matches = try glob.run()
        }
        skipped = glob.skipped
        guard !matches.isEmpty || skipped.exports > exports else {
            let advice = nearby.advice(forGlob: given, in: base) ?? "check the path and the pattern"
            throw InputError("nothing matches \(text.shortened()); \(advice)")
        }
        let parent = Place(given: glob.folder, finder: self)
        for match in matches {
            let named = Named(text: glob.folder.pushing(match).text, given: match, parent: parent, isBelowParent: true)
            try addMatch(named, of: glob, into: &items, archives: &archives, skipped: &skipped)
        }
    }

    /// Adds what is named by itself, and so must be usable: a picture, or a folder.
    private func add(
        _ named: Named, into items: inout [InputItem], archives: inout [Archive], skipped: inout Skipped
    ) throws(InputError) {
        guard !exclusion.covers(named.relative, below: named.parent.given) else { return skipped.excluded += 1 }
        switch try named.look() {
        case .picture(let file): items.append(named.parent.item(named.relative, file))
        case .folder: try walk(FilePath(), of: Place(given: named.given, finder: self), into: &items, skipped: &skipped)
        case .special: throw named.special
        case .notAPicture(let file):
            guard let archive = named.archive else { throw file.refusal(of: named.text) }
            archives.append(archive)
        }
    }

    /// Adds what a pattern found, which is as what stands in a folder: what is no picture is left out.
    private func addMatch(
        _ named: Named, of glob: GlobWalk, into items: inout [InputItem], archives: inout [Archive], skipped: inout Skipped
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
        case .notAPicture(let file):
            if let archive = named.archive { archives.append(archive) } else { skipped.leaveOut(named.shown, file) }
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
    let isBelowParent: Bool

    init(text: String, given: FilePath, parent: Place, isBelowParent: Bool) {
        (self.text, self.given, self.parent, self.isBelowParent) = (text, given, parent, isBelowParent)
    }

    init(text: String, path given: FilePath, finder: PictureFinder) {
        let parent = Place(given: given.removingLastComponent(), finder: finder)
        self.init(text: text, given: given, parent: parent, isBelowParent: false)
    }

    var relative: FilePath { isBelowParent ? given : FilePath(root: nil, [given.lastComponent].compactMap(\.self)) }
    var path: FilePath { parent.path.pushing(relative) }

    /// As the user knows it.
    var shown: FilePath { parent.given.pushing(relative) }

    var special: InputError { InputError("\(text) is a device, FIFO or socket, not a picture; take it out of the input") }

    /// What it is where it is no picture but holds some. Many documents are zip files, which their names tell; of what a pattern finds only
    /// what is called an archive is meant.
    var archive: Archive? {
        guard !isBelowParent || ArchiveForm.isName(path.bytes) else { return nil }
        if let known = KnownFile(at: path), known.kind != .tar, known.kind != .zip { return nil }
        // What cannot be read is told as what it is.
        guard let form = try? ArchiveForm(of: path) else { return nil }
        return Archive(path: path, folder: parent.given, relative: relative, prefix: parent.prefix, form: form)
    }

    func look() throws(InputError) -> Finding {
        do throws(Errno) { return try Finding.look(at: path).0 } catch { throw self.error(error) }
    }

    private func error(_ error: Errno) -> InputError {
        guard error == .noSuchFileOrDirectory || error == .notDirectory else {
            return InputError("\(text) cannot be read: \(error)", cause: error)
        }
        if FileFacts.isPresent(path) { return InputError("\(text) is a link to nothing; mend it or take it out of the input") }
        return InputError("there is no file or folder \(text); check the path")
    }
}
