import CutlineCore
import SystemPackage

extension PictureFile {
    /// Where it lies now: a member of an archive that changed is looked for by its name; a file of its own stands where it stands.
    func foundAgain() throws(InputError) -> PictureFile {
        // What cannot be looked at is said when it is opened.
        guard let slice, (try? FileFacts(path: path))?.stamp != stamp else { return self }
        let opened = try OpenArchive(Archive(at: path))
        guard let member = try opened.member(named: slice.member) else {
            throw InputError(
                "\(path.text) no longer holds \(FilePath(bytes: slice.member).text); restore it or take it out of the input")
        }
        guard let format = try opened.format(of: member) else { throw noPicture }
        var file = self
        file.stamp = opened.stamp
        file.format = format
        file.slice = FileSlice(member: slice.member, offset: member.offset, length: member.length)
        return file
    }

    var noPicture: InputError { InputError("\(place.text) is no longer a picture; restore it or take it out of the input") }
}

extension Archive {
    /// One that was an input before.
    fileprivate init(at path: FilePath) throws(InputError) {
        let form: ArchiveForm?
        do throws(Errno) { form = try ArchiveForm(of: path) } catch {
            throw InputError("\(path.text) cannot be read: \(error)", cause: error)
        }
        guard let form else {
            throw InputError("\(path.text) is no longer an archive; restore it or take it out of the input")
        }
        let name = FilePath(root: nil, [path.lastComponent].compactMap(\.self))
        self.init(path: path, folder: path.removingLastComponent(), relative: name, prefix: FilePath(), form: form)
    }
}

extension OpenArchive {
    /// The file of this name, or what its link leads to; of several the last one, as unpacking would leave it.
    fileprivate func member(named name: [UInt8]) throws(InputError) -> ArchiveMember? {
        var (name, steps) = (name, 0)
        while steps < 16 {
            var (members, found) = (try members(), ArchiveMember?.none)
            while let member = try next(of: &members) { if member.name == name { found = member } }
            switch found?.kind {
            case .file: return found
            case .link(let target): (name, steps) = (target, steps + 1)
            case .folder, .special, .sealed, nil: return nil
            }
        }
        return nil
    }
}
