import CutlineCore
import SystemPackage

/// A file that is not taken as a picture: what it is, as far as its first bytes and its name tell.
package struct ForeignFile: Hashable, Sendable {
    /// `is a RAW photograph`
    let what: String
    /// What a person can do: `restore it`
    let remedy: String?
    /// Whether somebody would miss it: its name or first bytes call it a picture, or it may hold some.
    let isMissed: Bool

    init(firstBytes head: [UInt8], name: FilePath) {
        let name = name.lastComponent?.bytes ?? []
        if let known = KnownFile(named: name, firstBytes: head) {
            (what, remedy) = ("is \(known.what)", known.remedy)
            isMissed = known.claimsPicture || [.tar, .zip, .archive].contains(known.kind)
        } else {
            (what, remedy) = Self.described(head)
            isMissed = KnownFile.isPictureName(name)
        }
    }

    /// `is empty; restore it`
    var reason: String { what + (remedy.map { "; \($0)" } ?? "") }

    /// Of one that was named by itself.
    func refusal(of name: String) -> InputError {
        let leave = "take it out of the input"
        guard let remedy else { return InputError("\(name) \(what); \(leave)") }
        return InputError("\(name) \(what); \(remedy)\(remedy.contains(" or ") ? "" : " or \(leave)")")
    }

    /// What stands in the place of pictures more often than one would think.
    private static func described(_ head: [UInt8]) -> (what: String, remedy: String?) {
        let text = head.drop { [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        if head.isEmpty { return ("is empty", "restore it") }
        if head.allSatisfy({ $0 == 0 }) { return ("holds nothing but zeros where a picture begins", "restore it") }
        if text.starts(with: "/annex/objects/".utf8) {
            return ("is a git-annex pointer, not the file itself", "fetch it with git annex get")
        }
        if [0x7B, 0x5B].contains(text.first) { return ("is JSON, perhaps a server's message, not a picture", "fetch it again") }
        return ("is not a picture, whatever its name says", nil)
    }
}

extension FilePath {
    /// Whether its ending is one that pictures have, be they of a form that is read here or not.
    var isCalledPicture: Bool {
        let name = lastComponent?.bytes ?? []
        return KnownFile.isPictureName(name) || KnownFile(named: name, firstBytes: [UInt8]())?.kind == .picture
    }
}
