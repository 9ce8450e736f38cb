import CutlineCore
import SystemPackage

/// What was seen and is not sent, counted; what a person may miss is also told with its name and reason.
package struct Skipped: Sendable {
    /// Files whose name or first bytes call them pictures.
    package var lookalikes = 0
    package var notPictures = 0
    /// FIFOs, devices and sockets.
    package var special = 0
    package var danglingLinks = 0
    package var hidden = 0
    package var unreadable = 0
    /// They were there a moment ago.
    package var gone = 0
    /// Links to a folder around them.
    package var loops = 0
    /// This program's own.
    package var exports = 0
    /// By `--exclude`.
    package var excluded = 0
    /// Members of archives whose bytes do not lie there as they are.
    package var sealed = NamedCount()
    /// Nil: names are not told.
    let report: InputReport?

    package init(report: InputReport? = nil) { self.report = report }

    package var total: Int {
        lookalikes + notPictures + special + danglingLinks + hidden + unreadable + gone + loops + exports + excluded + sealed.count
    }

    mutating func add(_ other: Skipped) {
        lookalikes += other.lookalikes
        notPictures += other.notPictures
        special += other.special
        danglingLinks += other.danglingLinks
        hidden += other.hidden
        unreadable += other.unreadable
        gone += other.gone
        loops += other.loops
        exports += other.exports
        excluded += other.excluded
        sealed.add(other.sealed)
    }

    /// One line for stderr; nil where nothing was skipped.
    package var description: String? {
        let parts = [
            part(lookalikes, "picture that cannot be taken", "pictures that cannot be taken"),
            part(notPictures, "file that is not a picture", "files that are not pictures"),
            part(special, "special file", "special files"),
            part(danglingLinks, "link to nothing", "links to nothing"),
            part(hidden, "hidden name", "hidden names"),
            part(unreadable, "name that could not be read", "names that could not be read"),
            part(gone, "name that went away", "names that went away"),
            part(loops, "link to a folder around it", "links to a folder around them"),
            part(exports, "export of Cutline", "exports of Cutline"),
            part(excluded, "excluded name", "excluded names"),
            part(sealed.count, "member that cannot be read in place", "members that cannot be read in place").map {
                "\($0): \(sealed.description); unpack the archive and name its folder"
            },
        ].compactMap(\.self)
        guard let last = parts.last else { return nil }
        let first = parts.dropLast().joined(separator: ", ")
        return "skipped " + (first.isEmpty ? last : "\(first) and \(last)")
    }

    private func part(_ count: Int, _ one: String, _ many: String) -> String? {
        count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
    }
}

extension Skipped {
    mutating func leaveOut(_ name: FilePath, _ seal: ArchiveMember.Seal) {
        sealed.note("\(name.text) (\(seal.rawValue))")
        guard name.isCalledPicture else { return }
        report?.note(
            .skipped, name.text, "is \(seal.rawValue) in its archive, where it cannot be read; unpack the archive and name its folder")
    }

    /// - Parameter name: as the user knows it.
    mutating func leaveOut(_ name: FilePath, _ file: ForeignFile) {
        guard file.isMissed else { return notPictures += 1 }
        lookalikes += 1
        tell(.skipped, name, file.reason)
    }

    mutating func leaveOutSpecial(_ name: FilePath) {
        special += 1
        if name.isCalledPicture { tell(.skipped, name, "is a device, FIFO or socket") }
    }

    mutating func leaveOutExport(_ name: FilePath) {
        exports += 1
        tell(.export, name, "is an export of Cutline; name it as an input to take its pictures")
    }

    /// What could not be looked at: `path` itself, or what its links lead to.
    ///
    /// - Throws: where we ran out of something.
    mutating func leaveOut(_ name: FilePath, at path: FilePath, because error: Errno) throws(InputError) {
        if error.isShortage { throw InputError("\(path.text) cannot be read: \(error)", cause: error) }
        guard [.noSuchFileOrDirectory, .tooManySymbolicLinkLevels, .notDirectory].contains(error) else {
            unreadable += 1
            let isFolder = (try? FileFacts(path: path))?.kind == .folder  // What cannot be looked at is known by its name.
            guard isFolder || name.isCalledPicture else { return }
            tell(.skipped, name, "\(isFolder ? "is a folder that " : "")cannot be read: \(error)")
            return
        }
        guard FileFacts.isPresent(path) else {
            gone += 1
            if name.isCalledPicture { tell(.gone, name, "went away while the folder was read") }
            return
        }
        danglingLinks += 1
        if name.isCalledPicture { tell(.skipped, name, "is a link to nothing; mend it") }
    }

    /// As the user knows it, without a `.` in front.
    private func tell(_ kind: InputReport.Kind, _ name: FilePath, _ reason: String) {
        report?.note(kind, name.lexicallyNormalized().text + (kind == .export ? "/" : ""), reason)
    }
}
