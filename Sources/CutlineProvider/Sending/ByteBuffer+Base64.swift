import NIOCore

extension ByteBuffer {
    /// RFC 4648, §4. Two letters come from one look into a table; six bytes are read at once, for as long as eight are there.
    mutating func writeBase64(of raw: UnsafeRawBufferPointer) {
        let length = (raw.count + 2) / 3 * 4
        writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
            letterPairs.withUnsafeBufferPointer { pairs in
                var (start, place) = (0, 0)
                func put(_ twelveBits: Int) {
                    target.storeBytes(of: pairs[twelveBits], toByteOffset: place, as: UInt16.self)
                    place += 2
                }
                while raw.count - start >= 8 {
                    let bits = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: start, as: UInt64.self))
                    put(Int(bits >> 52))
                    put(Int(bits >> 40 & 0xFFF))
                    put(Int(bits >> 28 & 0xFFF))
                    put(Int(bits >> 16 & 0xFFF))
                    start += 6
                }
                while start < raw.count {
                    let three = (0..<3).reduce(0) { $0 << 8 | (start + $1 < raw.count ? Int(raw[start + $1]) : 0) }
                    put(three >> 12)
                    put(three & 0xFFF)
                    start += 3
                }
                for end in 0..<(start - raw.count) { target[length - 1 - end] = UInt8(ascii: "=") }
            }
            return length
        }
    }
}

/// The letters of twelve bits, as they lie in memory.
private let letterPairs: [UInt16] = {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.map { UInt16($0) }
    return alphabet.flatMap { first in alphabet.map { UInt16(littleEndian: first | $0 << 8) } }
}()
