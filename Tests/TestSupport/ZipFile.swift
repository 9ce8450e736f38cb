/// A zip file, made by hand. Check sums are left out: nothing here asks for them.
package struct ZipFile {
    private var members: [UInt8]
    private var directory: [UInt8] = []
    private var count = 0
    private let begin: Int
    private let isLarge: Bool

    /// - Parameters:
    ///   - prefix: what stands in front, as in an archive that unpacks itself.
    ///   - isLarge: whether numbers stand in their 64-bit places.
    package init(prefix: [UInt8] = [], isLarge: Bool = false) {
        (members, begin, self.isLarge) = (prefix, prefix.count, isLarge)
    }

    package mutating func add(
        _ name: String, _ content: [UInt8] = [], method: Int = 0, flags: Int = 0x800, mode: Int = 0o100644, localExtra: [UInt8] = []
    ) {
        let offset = members.count - begin
        let size = method == 0 ? content.count : content.count * 2
        let name = Array(name.utf8)
        members += [0x50, 0x4B, 3, 4] + Self.number(20, 2) + Self.number(flags, 2) + Self.number(method, 2) + Self.number(0, 8)
        members += Self.number(content.count, 4) + Self.number(size, 4) + Self.number(name.count, 2) + Self.number(localExtra.count, 2)
        members += name + localExtra + content
        let extra =
            isLarge
            ? Self.number(1, 2) + Self.number(24, 2) + Self.number(size, 8) + Self.number(content.count, 8) + Self.number(offset, 8) : []
        func short(_ number: Int) -> [UInt8] { isLarge ? [0xFF, 0xFF, 0xFF, 0xFF] : Self.number(number, 4) }
        directory +=
            [0x50, 0x4B, 1, 2] + [20, 3] + Self.number(20, 2) + Self.number(flags, 2) + Self.number(method, 2) + Self.number(0, 8)
        directory += short(content.count) + short(size) + Self.number(name.count, 2) + Self.number(extra.count, 2) + Self.number(0, 6)
        directory += Self.number(mode << 16, 4) + short(offset) + name + extra
        count += 1
    }

    package func bytes(comment: String = "") -> [UInt8] {
        let start = members.count - begin
        var end: [UInt8] = []
        if isLarge {
            end = [0x50, 0x4B, 6, 6] + Self.number(44, 8) + Self.number(45, 2) + Self.number(45, 2) + Self.number(0, 8)
            end += Self.number(count, 8) + Self.number(count, 8) + Self.number(directory.count, 8) + Self.number(start, 8)
            end += [0x50, 0x4B, 6, 7] + Self.number(0, 4) + Self.number(start + directory.count, 8) + Self.number(1, 4)
        }
        end += [0x50, 0x4B, 5, 6] + Self.number(0, 4)
        end +=
            isLarge
            ? [UInt8](repeating: 0xFF, count: 12)
            : Self.number(count, 2) + Self.number(count, 2) + Self.number(directory.count, 4) + Self.number(start, 4)
        return members + directory + end + Self.number(comment.utf8.count, 2) + Array(comment.utf8)
    }

    private static func number(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
}
