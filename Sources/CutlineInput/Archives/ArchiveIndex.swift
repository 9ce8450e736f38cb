/// Where an archive holds what belongs to its pictures: texts, in 16 bytes each, and what links lead to.
///
/// Members need not stand beside each other: `tar` packs a folder in the order of its file system, and `*.jpg *.txt` in that of the words.
struct ArchiveIndex {
    private struct Line {
        /// Of the stem that texts and pictures share.
        let stem: UInt64
        let position: Int64
    }

    private var lines: [Line] = []
    private var used: [Bool] = []
    /// By the hash of their names.
    private var targets: [UInt64: ArchiveMember] = [:]

    /// Goes through all members once; once more where there are links.
    ///
    /// - Parameter admits: whether a member counts.
    init(_ opened: OpenArchive, admits: (ArchiveMember) -> Bool) throws(InputError) {
        var (members, wanted) = (try opened.members(), Set<UInt64>())
        while let member = try opened.next(of: &members) {
            guard admits(member) else { continue }
            switch member.kind {
            case .file:
                guard let text = MemberText.Name(member.name) else { continue }
                lines.append(Line(stem: Self.hash(text.stem), position: member.position))
            case .link(let target): wanted.insert(Self.hash(target))
            case .folder, .special, .sealed: continue
            }
        }
        lines.sort { ($0.stem, $0.position) < ($1.stem, $1.position) }
        used = Array(repeating: false, count: lines.count)
        if !wanted.isEmpty { try findTargets(wanted, opened) }
    }

    /// Texts that belong to no picture that was asked for.
    var unused: Int { used.count { !$0 } }

    /// Where the texts are described that share this stem, or one with the same hash.
    mutating func positions(ofStem stem: [UInt8]) -> [(line: Int, position: Int64)] {
        let hash = Self.hash(stem)
        var (low, high) = (0, lines.count)
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].stem < hash { low = middle + 1 } else { high = middle }
        }
        return (low..<lines.count).prefix { lines[$0].stem == hash }.map { ($0, lines[$0].position) }
    }

    mutating func use(line: Int) { used[line] = true }

    /// The file that a link of an archive leads to, over any number of links; nil where there is none.
    func target(of member: ArchiveMember) -> ArchiveMember? {
        var (member, steps) = (member, 0)
        while case .link(let name) = member.kind {
            guard steps < 16, let next = targets[Self.hash(name)], next.name == name else { return nil }
            (member, steps) = (next, steps + 1)
        }
        return member.kind == .file ? member : nil
    }

    private mutating func findTargets(_ wanted: Set<UInt64>, _ opened: OpenArchive) throws(InputError) {
        var members = try opened.members()
        while let member = try opened.next(of: &members) {
            let hash = Self.hash(member.name)
            if wanted.contains(hash) { targets[hash] = member }
        }
    }

    private static func hash(_ name: [UInt8]) -> UInt64 {
        var hasher = Hasher()
        name.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(truncatingIfNeeded: Int64(hasher.finalize()))
    }
}
