import CutlineCore
import SystemPackage
import TestSupport
import Testing

@testable import CutlineInput

extension [UInt8] {
    var positioned: PositionedBytes {
        PositionedBytes(size: Int64(count)) { (buffer, offset) throws(Errno) in
            // No more than a few at a time, as a slow disk may give them.
            let piece = self.dropFirst(Int(offset)).prefix(Swift.min(buffer.count, 700))
            buffer.copyBytes(from: piece)
            return piece.count
        }
    }

    /// All members as a tar file.
    func tar() throws(ArchiveFault) -> [ArchiveMember] {
        var reader = TarReader(positioned)
        var members: [ArchiveMember] = []
        while let member = try reader.next() { members.append(member) }
        return members
    }

    /// All members as a zip file.
    func zip() throws(ArchiveFault) -> [ArchiveMember] {
        var reader = try ZipReader(positioned, directory: positioned)
        var members: [ArchiveMember] = []
        while let member = try reader.next() { members.append(member) }
        return members
    }

    fileprivate func content(of member: ArchiveMember) -> String {
        String(decoding: dropFirst(Int(member.offset)).prefix(Int(member.length)), as: UTF8.self)
    }
}

extension ArchiveMember {
    fileprivate var text: String { String(decoding: name, as: UTF8.self) }
}

/// What stands in a tar file, whoever wrote it.
struct TarReaderTests {
    private static let long = String(repeating: "folder/", count: 30) + "picture.jpg"

    private func members(_ make: (inout TarFile) -> Void) throws(ArchiveFault) -> [String: String] {
        var tar = TarFile()
        make(&tar)
        tar.end()
        let bytes = tar.bytes
        return Dictionary(uniqueKeysWithValues: try bytes.tar().filter { $0.kind == .file }.map { ($0.text, bytes.content(of: $0)) })
    }

    @Test func membersStandBehindTheirHeaders() throws {
        let found = try members { tar in
            tar.add("a.jpg", Array("one".utf8))
            tar.add("deep/", type: "5")
            tar.add("./deep//b.jpg", Array(repeating: 0x62, count: 1_000))
            tar.add("empty.txt")
        }
        #expect(found == ["a.jpg": "one", "deep/b.jpg": String(repeating: "b", count: 1_000), "empty.txt": ""])
    }

    @Test func longNamesAreWhole() throws {
        let name = Self.long
        #expect(try members { $0.addLong(name, [0x31]) } == [name: "1"])
        let extended = try members { tar in
            tar.addExtended(["comment": "of all"], type: "g")
            tar.addExtended(["mtime": "1.5", "path": name])
            tar.add("short", [0x32])
            tar.add("next", [0x33])
        }
        #expect(extended == [name: "2", "next": "3"])
        #expect(try members { $0.add("b.jpg", [0x34], prefix: "far/away") } == ["far/away/b.jpg": "4"])
        #expect(try members { $0.add("b.jpg", [0x35], magic: "ustar  ", prefix: "11345670123") } == ["b.jpg": "5"], "GNU keeps times there")
    }

    @Test func sizesOfEveryFormAreRead() throws {
        let large = [0x80] + [UInt8](repeating: 0, count: 9) + [1, 4]
        #expect(try members { $0.add("a", Array(repeating: 0x61, count: 260), size: large) }["a"]?.count == 260)
        #expect(try members { $0.add("a", [0x61], size: Array("         1 \u{0}".utf8)) } == ["a": "a"])
        let extended = try members { tar in
            tar.addExtended(["size": "3"])
            tar.add("a", Array("abc".utf8), size: Array("00000000000".utf8))
        }
        #expect(extended == ["a": "abc"])
    }

    @Test func whatIsNoFileHasNoBytes() throws {
        var tar = TarFile()
        tar.add("a.jpg", [0x61])
        tar.add("deep/hard.jpg", type: "1", link: "./a.jpg", size: Array("00000000001".utf8))
        tar.add("deep/soft.jpg", type: "2", link: "../a.jpg")
        tar.add("pipe", type: "6")
        tar.add("old/", type: "\u{0}", magic: "")
        tar.add("old", [0x62], type: "\u{0}", magic: "")
        tar.end()
        let members = try tar.bytes.tar()
        #expect(members.map(\.kind) == [.file, .link(to: Array("a.jpg".utf8)), .link(to: Array("a.jpg".utf8)), .special, .folder, .file])
        #expect(tar.bytes.content(of: members[5]) == "b")
    }

    @Test func sparseFilesAreSealed() throws {
        var tar = TarFile()
        tar.addExtended(["GNU.sparse.major": "1", "GNU.sparse.name": "real.jpg", "GNU.sparse.realsize": "99"])
        tar.add("GNUSparseFile.0/real.jpg", [0x61])
        tar.add("old.jpg", [0x61], type: "S", magic: "ustar  ")
        tar.add("next.jpg", [0x62])
        tar.end()
        let members = try tar.bytes.tar()
        #expect(members.map(\.text) == ["real.jpg", "old.jpg", "next.jpg"])
        #expect(members.map(\.kind) == [.sealed(.sparse), .sealed(.sparse), .file])
    }

    @Test func archivesOneBehindTheOtherAreOne() throws {
        var tar = TarFile()
        tar.add("a", [0x61])
        tar.end()
        tar.append([UInt8](repeating: 0, count: 8_192))
        tar.add("b", [0x62])
        #expect(try tar.bytes.tar().map(\.text) == ["a", "b"], "and without an end of its own")
        tar.end()
        tar.append(Array("what stands behind the end".utf8))
        #expect(try tar.bytes.tar().map(\.text) == ["a", "b"])
        #expect(try [UInt8](repeating: 0, count: 10_240).tar().isEmpty)
    }

    @Test func anArchiveThatIsCutOffSaysWhere() throws {
        var tar = TarFile()
        tar.add("a.jpg", Array(repeating: 0x61, count: 600))
        tar.add("b.jpg", Array(repeating: 0x62, count: 600))
        #expect(throws: ArchiveFault.cutOff(in: Array("b.jpg".utf8))) { try Array(tar.bytes.prefix(2_100)).tar() }
        #expect(throws: ArchiveFault.cutOff(in: nil)) { try Array(tar.bytes.prefix(1_700)).tar() }
        #expect(try Array(tar.bytes.prefix(1_536 + 512 + 600)).tar().count == 2, "the padding is no loss")
    }

    @Test func whatIsNoHeaderIsDamage() throws {
        var tar = TarFile()
        tar.add("a.jpg", Array(repeating: 0x61, count: 600))
        var bytes = tar.bytes
        bytes += Array(repeating: 0x78, count: 512)
        #expect(throws: ArchiveFault.damaged(at: 1_536)) { try bytes.tar() }
        tar.add("b", size: Array("what".utf8))
        #expect(throws: ArchiveFault.damaged(at: 1_536)) { try tar.bytes.tar() }
    }

    @Test func aReaderFindsAMemberAgain() throws {
        var tar = TarFile()
        tar.add("a", [0x61])
        tar.addLong(Self.long, [0x62])
        tar.end()
        let members = try tar.bytes.tar()
        var reader = TarReader(tar.bytes.positioned)
        for member in members.reversed() {
            reader.position = member.position
            #expect(try reader.next() == member)
        }
    }
}

/// What stands in a zip file.
struct ZipReaderTests {
    @Test(arguments: [false, true], [0, 700]) func storedMembersStandBehindHeadersOfTheirOwn(isLarge: Bool, prefix: Int) throws {
        var zip = ZipFile(prefix: [UInt8](repeating: 0x23, count: prefix), isLarge: isLarge)
        zip.add("a.jpg", Array("one".utf8), localExtra: [9, 0, 2, 0, 1, 1])
        zip.add("deep/")
        zip.add("deep/b.jpg", Array(repeating: 0x62, count: 5_000))
        let bytes = zip.bytes(comment: "PK\u{5}\u{6} in a comment")
        let members = try bytes.zip()
        #expect(members.map(\.kind) == [.file, .folder, .file])
        #expect(members.map(\.text) == ["a.jpg", "deep", "deep/b.jpg"])
        #expect(bytes.content(of: members[0]) == "one" && bytes.content(of: members[2]).count == 5_000)
    }

    @Test func whatIsNotStoredIsSealed() throws {
        var zip = ZipFile()
        zip.add("a.jpg", [1], method: 8)
        zip.add("b.jpg", [1], flags: 1)
        zip.add("link.jpg", Array("a.jpg".utf8), mode: 0o120777)
        zip.add("dos.jpg", [1], mode: 0)
        #expect(try zip.bytes().zip().map(\.kind) == [.sealed(.compressed), .sealed(.encrypted), .special, .file])
        #expect(try ZipFile().bytes().zip().isEmpty)
    }

    @Test func anArchiveThatIsCutOffHasNoDirectory() throws {
        var zip = ZipFile()
        zip.add("a.jpg", Array(repeating: 1, count: 100))
        #expect(throws: ArchiveFault.cutOff(in: nil)) { try Array(zip.bytes().dropLast(3)).zip() }
        #expect(throws: ArchiveFault.cutOff(in: nil)) { try [UInt8]().zip() }
        #expect(throws: ArchiveFault.damaged(at: 0)) { try ([0] + zip.bytes().dropFirst(1)).zip() }
    }
}
