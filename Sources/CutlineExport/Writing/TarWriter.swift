import CutlineCore
import SystemPackage

/// Writes the members of a tar file (POSIX.1-1988, "ustar"): regular files, of nobody, of the year 1970, so that the same content gives the same
/// bytes.
struct TarWriter {
    /// A member's size stands in eleven octal digits.
    static let largestMember: Int64 = 0o777_7777_7777

    private let file: FileDescriptor
    private let path: FilePath
    private(set) var length: Int64 = 0

    init(_ file: FileDescriptor, path: FilePath) {
        self.file = file
        self.path = path
    }

    /// A member whose bytes `read` hands over, exactly `size` of them.
    mutating func add(_ name: String, size: Int64, read: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        try write(Self.header(name, size: size))
        try read { try write(Array($0)) }
        let padding = Int(Self.length(ofMember: size) - 512 - size)
        if padding > 0 { try write([UInt8](repeating: 0, count: padding)) }
    }

    /// With its header and the padding to a whole block.
    static func length(ofMember size: Int64) -> Int64 { 512 + (size + 511) / 512 * 512 }

    mutating func add(_ name: String, _ bytes: [UInt8]) throws {
        try add(name, size: Int64(bytes.count)) { take in try bytes.withUnsafeBytes(take) }
    }

    /// Takes back all that was written behind this length.
    mutating func truncate(to length: Int64) throws(ExportError) {
        do {
            try file.resize(to: length)
            try file.seek(offset: length, from: .start)
        } catch {
            throw .cannotWrite(path, error as? Errno ?? .ioError)
        }
        self.length = length
    }

    /// Two empty blocks, then the end of the file.
    mutating func close() throws {
        try write([UInt8](repeating: 0, count: 1_024))
        try file.close()
    }

    private mutating func write(_ bytes: [UInt8]) throws(ExportError) {
        do throws(Errno) {
            try file.writeWhole(bytes)
        } catch {
            throw .cannotWrite(path, error)
        }
        length += Int64(bytes.count)
    }

    /// - Parameter name: ASCII, at most 100 bytes.
    static func header(_ name: String, size: Int64) -> [UInt8] {
        precondition(name.utf8.count <= 100 && size <= largestMember)
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) { for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte } }
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(size, digits: 11), at: 124)
        put("00000000000", at: 136)
        // The sum of the header's bytes, in which its own field counts as spaces.
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put("0000000", at: 329)
        put("0000000", at: 337)
        let sum = block.reduce(Int64(0)) { $0 + Int64($1) }
        put(octal(sum, digits: 6), at: 148)
        block[154] = 0
        return block
    }

    private static func octal(_ number: Int64, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }
}
