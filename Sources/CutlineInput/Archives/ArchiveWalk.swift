import CutlineCore
import SystemPackage

/// A picture in an archive, and what texts beside it say.
struct ArchiveRow {
    let key: String
    let image: InputImage
    /// For prompts, and exported again.
    let columns: [String: JSONValue]
}

/// Finds the pictures of an archive, in its order; every reading of an unchanged archive gives the same.
struct ArchiveWalk {
    private let opened: OpenArchive
    private let exclusion: Exclusion
    private var index: ArchiveIndex
    private var members: ArchiveMembers
    /// For looking texts up.
    private var texts: ArchiveMembers
    private(set) var skipped: Skipped

    private var archive: Archive { opened.archive }

    /// - Parameter report: hears of what a person may miss.
    init(_ archive: Archive, exclusion: Exclusion, report: InputReport?) throws(InputError) {
        let opened = try OpenArchive(archive)
        self.opened = opened
        self.exclusion = exclusion
        skipped = Skipped(report: report)
        index = try ArchiveIndex(opened) { !Self.isHidden($0.name) && !archive.isExcluded($0, by: exclusion) }
        members = try opened.members()
        texts = try opened.members()
    }

    mutating func next() throws(InputError) -> ArchiveRow? {
        while let member = try opened.next(of: &members) {
            if let row = try row(of: member) { return row }
        }
        try opened.checkUnchanged()
        skipped.notPictures += index.unused
        return nil
    }

    private mutating func row(of member: ArchiveMember) throws(InputError) -> ArchiveRow? {
        guard member.kind != .folder else { return nil }
        if Self.isHidden(member.name) {
            skipped.hidden += 1
        } else if archive.isExcluded(member, by: exclusion) {
            skipped.excluded += 1
        } else {
            return try visit(member)
        }
        return nil
    }

    private mutating func visit(_ member: ArchiveMember) throws(InputError) -> ArchiveRow? {
        switch member.kind {
        case .folder: break
        case .special: skipped.special += 1
        case .sealed(let seal): skipped.leaveOut(archive.given.pushing(member: member.name), seal)
        case .link:
            guard let target = index.target(of: member) else {
                skipped.danglingLinks += 1
                break
            }
            return try picture(member.name, target)
        case .file:
            // Those that belong to no picture are counted at the end.
            if MemberText.Name(member.name) == nil { return try picture(member.name, member) }
        }
        return nil
    }

    private mutating func picture(_ name: [UInt8], _ member: ArchiveMember) throws(InputError) -> ArchiveRow? {
        guard let format = try opened.format(of: member) else {
            let head = try opened.bytes(Int(min(Int64(KnownFile.sniffLength), member.length)), at: member.offset)
            skipped.leaveOut(archive.given.pushing(member: name), ForeignFile(firstBytes: head, name: FilePath(bytes: name)))
            return nil
        }
        let slice = FileSlice(member: name, offset: member.offset, length: member.length)
        let file = PictureFile(path: archive.path, stamp: opened.stamp, format: format, digest: nil, slice: slice)
        let image = InputImage(asGiven: archive.given.pushing(member: name).text, source: .file(file))
        return ArchiveRow(key: archive.key.pushing(member: name).text, image: image, columns: try columns(of: name))
    }

    /// What the texts of the picture's stem say; what names the picture most exactly wins, and a text wins over JSON.
    private mutating func columns(of name: [UInt8]) throws(InputError) -> [String: JSONValue] {
        guard let stem = MemberStem(name) else { return [:] }
        var found: [(text: MemberText.Name, column: String, member: ArchiveMember)] = []
        for (line, position) in index.positions(ofStem: stem.stem) {
            guard let member = try opened.member(at: position, &texts), let text = MemberText.Name(member.name),
                let column = text.column(for: stem)
            else { continue }
            index.use(line: line)
            found.append((text, column, member))
        }
        func rank(_ text: MemberText.Name) -> Int { (text.wholeStem == stem.wholeStem ? 2 : 0) + (text.form == "json" ? 0 : 1) }
        var columns: [String: JSONValue] = [:]
        for (_, column, member) in found.sorted(by: { rank($0.text) < rank($1.text) }) {
            columns.merge(try self.columns(of: member, as: column)) { $1 }
        }
        return columns
    }

    private func columns(of member: ArchiveMember, as column: String) throws(InputError) -> [String: JSONValue] {
        let place = archive.name(of: member)
        guard member.length <= MemberText.longest else {
            throw InputError("\(place) is longer than 16 MB; no text of a picture is: leave it out with --exclude")
        }
        return try MemberText.columns(try opened.bytes(Int(member.length), at: member.offset), as: column, at: place)
    }

    /// As in folders; and what macOS puts into zip files beside every picture.
    private static func isHidden(_ name: [UInt8]) -> Bool {
        MemberName.parts(name).contains { $0.first == MemberName.dot || $0.elementsEqual("__MACOSX".utf8) }
    }
}

extension Archive {
    fileprivate func name(of member: ArchiveMember) -> String { given.pushing(member: member.name).text }

    fileprivate func isExcluded(_ member: ArchiveMember, by exclusion: Exclusion) -> Bool {
        guard !exclusion.isEmpty else { return false }
        var relative = given
        _ = relative.removePrefix(folder)
        return exclusion.covers(relative.pushing(member: member.name), below: folder)
    }
}

extension OpenArchive {
    /// What the first bytes of a member say; nil where it is no picture.
    func format(of member: ArchiveMember) throws(InputError) -> PictureFormat? {
        PictureFormat(firstBytes: try bytes(Int(min(Int64(PictureFormat.sniffLength), member.length)), at: member.offset))
    }
}
