import CutlineCore

/// What ends a row.
enum LineEnd: Sendable {
    /// Also behind a carriage return.
    case lineFeed
    /// As old programs of the Macintosh write it, Excel's among them.
    case carriageReturn
    /// `find -print0`
    case nul
}

/// What the first bytes of a file of rows tell about the rest.
struct RowShape {
    /// UTF-8, from the beginning of the file.
    let head: ArraySlice<UInt8>
    let markLength: Int

    /// So many bytes are looked at.
    static let length = 256 * 1_024

    init(_ head: [UInt8]) {
        markLength = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        self.head = head.dropFirst(markLength)
    }

    /// The first line break tells, where no field is quoted in front of it.
    var lineEnd: LineEnd {
        if head.contains(0), !looksLikeUTF16 { return .nul }
        guard let end = head.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }), head[end] == 0x0D else { return .lineFeed }
        return end + 1 < head.endIndex && head[end + 1] != 0x0A ? .carriageReturn : .lineFeed
    }

    /// Two bytes a letter, as in UTF-16 without its mark: among paths and rows one of the two is always nothing.
    var looksLikeUTF16: Bool {
        guard head.count >= 4 else { return false }
        let start = Array(head.prefix(256))
        return [0, 1].contains { zero in
            let (nothing, letters) = (stride(from: zero, to: start.count, by: 2), stride(from: 1 - zero, to: start.count, by: 2))
            return nothing.allSatisfy { start[$0] == 0 } && letters.contains { [0x0A, 0x2E, 0x7B, 0x2C].contains(start[$0]) }
        }
    }

    /// - Parameter isName: whether a text is the name of something that is there: then it is no header, whatever it looks like.
    func form(isName: (String) -> Bool) -> RowFile.Form {
        if lineEnd == .nul { return .list }
        if let form = jsonList { return form }
        if head.first(where: { !Self.isBlank($0) }) == UInt8(ascii: "{") { return .jsonLines }
        let line = String(decoding: CSVDialect.firstLine(of: head), as: UTF8.self)
        guard CSVDialect(head: head).namesPictures, !isName(line) else { return .list }
        return .csv
    }

    /// Objects or names in one JSON list. A path may begin with `[` too.
    var jsonList: RowFile.Form? {
        let text = head.drop(while: Self.isBlank)
        guard text.first == UInt8(ascii: "[") else { return nil }
        switch text.dropFirst().first(where: { !Self.isBlank($0) }) {
        case UInt8(ascii: "{"), UInt8(ascii: "]"): return .objects
        case UInt8(ascii: "\""): return .names
        default: return nil
        }
    }

    /// One object a line, under the name of a single one: a second object behind a complete first one.
    var isJSONLines: Bool {
        let lines = head.split(maxSplits: 64) { $0 == 0x0A || $0 == 0x0D }.filter { !$0.allSatisfy(Self.isBlank) }
        guard lines.count > 1, let next = lines[1].first(where: { !Self.isBlank($0) }) else { return false }
        // It is asked whether it is JSON.
        return next == UInt8(ascii: "{") && (try? JSONValue(parsing: lines[0]))?.object != nil
    }

    static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
