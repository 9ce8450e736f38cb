import SystemPackage

/// What stands in an archive under one name.
struct ArchiveMember: Hashable {
    enum Kind: Hashable {
        case file
        case folder
        /// Another name of this member.
        case link(to: [UInt8])
        /// Devices, FIFOs, volume labels.
        case special
        case sealed(Seal)
    }

    /// Why its bytes do not lie in the archive as they are.
    enum Seal: String, Hashable, Sendable { case compressed, encrypted, sparse }

    /// Without what does not matter in it: `./`, doubled slashes.
    let name: [UInt8]
    let kind: Kind
    /// Where what describes it begins: a reader that begins here finds it first.
    let position: Int64
    /// Of its bytes in the archive.
    let offset: Int64
    let length: Int64
}

/// Why an archive cannot be read on.
enum ArchiveFault: Error, Hashable {
    case unreadable(Errno)
    /// It ends inside this member, or where one should be described.
    case cutOff(in: [UInt8]?)
    /// What stands at this byte describes no member.
    case damaged(at: Int64)
}

extension PositionedBytes {
    /// Exactly so many bytes of what describes members.
    func whole(_ wanted: Int, at offset: Int64) throws(ArchiveFault) -> [UInt8] {
        let bytes = try some(wanted, at: offset)
        guard bytes.count == wanted else { throw .cutOff(in: nil) }
        return bytes
    }

    func some(_ wanted: Int, at offset: Int64) throws(ArchiveFault) -> [UInt8] {
        do throws(Errno) { return try bytes(wanted, at: offset) } catch { throw .unreadable(error) }
    }
}

/// Names inside archives: bytes with slashes between their parts.
enum MemberName {
    static let slash = UInt8(ascii: "/")
    static let dot = UInt8(ascii: ".")

    /// Without empty parts and `.`; what follows a NUL does not count.
    static func tidied(_ name: some Sequence<UInt8>) -> [UInt8] {
        let name = Array(name.prefix { $0 != 0 })
        // Nearly all are tidy already.
        guard name.first == slash || name.first == dot || name.last == slash || hasEmptyOrDotPart(name) else { return name }
        return Array(parts(name).filter { $0 != [dot] }.joined(separator: [slash]))
    }

    static func parts(_ name: [UInt8]) -> [ArraySlice<UInt8>] { name.split(separator: slash) }

    /// Where a link of this name leads: from the folder that the link stands in.
    static func target(_ target: [UInt8], of link: [UInt8]) -> [UInt8] {
        guard target.first != slash else { return tidied(target) }
        var parts = Array(parts(link).dropLast())
        for part in self.parts(target) where part != [dot] {
            if part == [dot, dot] { _ = parts.popLast() } else { parts.append(part) }
        }
        return Array(parts.joined(separator: [slash]))
    }

    private static func hasEmptyOrDotPart(_ name: [UInt8]) -> Bool {
        zip(name, name.dropFirst()).contains { $0 == slash && ($1 == slash || $1 == dot) }
    }
}
