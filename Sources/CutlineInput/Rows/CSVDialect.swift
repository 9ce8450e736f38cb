/// How a CSV file separates its fields, as its first row shows.
struct CSVDialect {
    let separator: UInt8
    /// Bytes in front of the header: Excel's line `sep=;`.
    let skipped: Int
    /// Whether one of the columns is known to name pictures.
    let namesPictures: Bool

    /// - Parameter head: without a byte-order mark.
    init(head: ArraySlice<UInt8>) {
        let first = Self.firstLine(of: head)
        if let told = Self.told(by: first) {
            separator = told
            var rest = head[first.endIndex...]
            if rest.first == 0x0D { rest.removeFirst() }
            if rest.first == 0x0A { rest.removeFirst() }
            skipped = rest.startIndex - head.startIndex
            namesPictures = true
            return
        }
        let splits = Self.separators.map { (separator: $0, names: Self.names(in: first, $0)) }
        let naming = splits.first { ColumnRoles.namePictures($0.names) }
        separator = (naming ?? splits.max { $0.names.count < $1.names.count })?.separator ?? UInt8(ascii: ",")
        (skipped, namesPictures) = (0, naming != nil)
    }

    private static let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]

    /// Up to the first line break outside quotes.
    static func firstLine(of head: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var isQuoted = false
        return head.prefix { byte in
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            return isQuoted || byte != 0x0A && byte != 0x0D
        }
    }

    /// `sep=;`, sometimes in quotes, sometimes padded with separators.
    private static func told(by line: ArraySlice<UInt8>) -> UInt8? {
        let bare = line.filter { $0 != UInt8(ascii: "\"") }
        guard bare.count >= 5, String(decoding: bare.prefix(4), as: UTF8.self).lowercased() == "sep=" else { return nil }
        return bare.dropFirst(5).allSatisfy { $0 == bare[4] || RowShape.isBlank($0) } ? bare[4] : nil
    }

    private static func names(in line: ArraySlice<UInt8>, _ separator: UInt8) -> [String] {
        var (names, isQuoted) = ([[UInt8]()], false)
        for byte in line {
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == separator, !isQuoted {
                names.append([])
            } else {
                names[names.count - 1].append(byte)
            }
        }
        return names.map { WrittenName.bare(String(decoding: $0, as: UTF8.self)) }
    }
}
