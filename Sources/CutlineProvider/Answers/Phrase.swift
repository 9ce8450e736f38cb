#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Parts that follow each other in a text, each in one of several wordings, at most 60 bytes apart.
struct Phrase: Sendable, ExpressibleByStringLiteral {
    private let parts: [[[UInt8]]]

    init(_ parts: [String]...) { self.parts = parts.map { $0.map { Array($0.utf8) } } }
    init(stringLiteral text: String) { parts = [[Array(text.utf8)]] }

    /// - Parameter text: in lower case.
    func occurs(in text: [UInt8]) -> Bool { occurs(parts[...], in: text, from: 0, isFirst: true) }

    private func occurs(_ parts: ArraySlice<[[UInt8]]>, in text: [UInt8], from start: Int, isFirst: Bool) -> Bool {
        guard let wordings = parts.first else { return true }
        let end = isFirst ? text.count : min(text.count, start + 60)
        for wording in wordings {
            var place = start
            while let found = text.firstIndex(of: wording, from: place, to: end) {
                if occurs(parts.dropFirst(), in: text, from: found + wording.count, isFirst: false) { return true }
                place = found + 1
            }
        }
        return false
    }
}

extension [UInt8] {
    /// Where `needle` stands first, wholly between `start` and `end`.
    func firstIndex(of needle: [UInt8], from start: Int, to end: Int? = nil) -> Int? {
        guard let first = needle.first else { return nil }
        return withUnsafeBytes { bytes in
            var place = start
            let last = (end ?? bytes.count) - needle.count
            while place <= last, let base = bytes.baseAddress, let found = memchr(base + place, CInt(first), last - place + 1) {
                place = UnsafeRawPointer(found) - base
                if memcmp(base + place, needle, needle.count) == 0 { return place }
                place += 1
            }
            return nil
        }
    }
}
