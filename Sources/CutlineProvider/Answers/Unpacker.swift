import CZlib

/// Why a compressed answer cannot be read.
enum UnpackingError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownEncoding(String)
    case damaged(String)
    case tooMuch

    var description: String {
        switch self {
        case .unknownEncoding(let name):
            "the answer is encoded as \(name), which cannot be read here: let the provider, or the proxy before it, send it plain or as gzip"
        case .damaged(let name): "the answer says that it is \(name), and its compressed content is damaged or cut"
        case .tooMuch: "the answer is larger than 64 MB when it is unpacked"
        }
    }
}

/// Takes off what `Content-Encoding` says, piece by piece: gzip, deflate in both its forms, several of them one upon the other. Cutline asks for none
/// of them; a provider, or a proxy before it, may compress all the same.
struct Unpacker {
    /// More than a server does by mistake.
    private static let mostLayers = 4
    /// The last one put on comes first.
    private var layers: [Inflater]

    init(_ headers: [String], most: Int) throws(UnpackingError) {
        let names = headers.flatMap { $0.split(separator: ",") }.map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        layers = []
        for name in names.reversed() where !["", "identity", "none"].contains(name) {
            guard ["gzip", "x-gzip", "deflate"].contains(name), layers.count < Self.mostLayers else {
                throw .unknownEncoding(String(name.prefix(100)))
            }
            layers.append(Inflater(name, most: most))
        }
    }

    /// Nothing is compressed.
    var isIdle: Bool { layers.isEmpty }

    mutating func append(_ bytes: some Collection<UInt8>) throws(UnpackingError) -> [UInt8] {
        var content = Array(bytes)
        for layer in layers { content = try layer.append(content) }
        return content
    }

    /// - Throws: where the content ended too early.
    func finish() throws(UnpackingError) {
        for layer in layers { try layer.finish() }
    }
}

/// One layer of compression. A class, since zlib keeps the address of its state.
private final class Inflater {
    private let name: String
    private let most: Int
    private var stream = z_stream()
    private var isOpen = false
    private var isAtEnd = false
    /// The first bytes, until they say which form this is.
    private var head: [UInt8] = []
    /// What says that it is compressed and is not: a proxy unpacked it and left the header.
    private var isPlain = false
    private var produced = 0

    init(_ name: String, most: Int) { (self.name, self.most) = (name, most) }

    deinit { if isOpen { inflateEnd(&stream) } }

    func append(_ bytes: [UInt8]) throws(UnpackingError) -> [UInt8] {
        if isPlain { return bytes }
        guard !isOpen else { return try inflated(bytes) }
        head += bytes
        guard head.count >= 2 else { return [] }
        guard name == "deflate" || head[0] == 0x1F else {
            guard head[0] == UInt8(ascii: "{") || head[0] == UInt8(ascii: "[") || head.starts(with: "data".utf8) else {
                throw .damaged(name)
            }
            isPlain = true
            return head
        }
        // 32: zlib or gzip, by the head; negative: deflate without one.
        let isFramed = head[0] == 0x1F || head[0] & 0x0F == 8 && (Int(head[0]) << 8 | Int(head[1])) % 31 == 0
        guard inflateInit2_(&stream, isFramed ? 15 + 32 : -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .damaged(name)
        }
        isOpen = true
        return try inflated(head)
    }

    func finish() throws(UnpackingError) {
        if isPlain || isAtEnd || !isOpen && head.isEmpty { return }
        throw .damaged(name)
    }

    private func inflated(_ bytes: [UInt8]) throws(UnpackingError) -> [UInt8] {
        guard !isAtEnd, !bytes.isEmpty else { return [] }
        var (input, result, chunk) = (bytes, [UInt8](), [UInt8](repeating: 0, count: 64 * 1_024))
        var code = Z_OK
        var isTooMuch = false
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            repeat {
                let room = chunk.count
                let count = chunk.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(room)
                    code = inflate(&stream, Z_NO_FLUSH)
                    return room - Int(stream.avail_out)
                }
                produced += count
                isTooMuch = produced > most
                result += chunk[..<count]
                // A further member of gzip; anything else behind the end is ignored.
                if code == Z_STREAM_END, stream.avail_in > 1, stream.next_in[0] == 0x1F, stream.next_in[1] == 0x8B {
                    code = inflateReset(&stream)
                }
            } while code == Z_OK && !isTooMuch && (stream.avail_in > 0 || stream.avail_out == 0)
            stream.next_in = nil
        }
        if isTooMuch { throw .tooMuch }
        isAtEnd = code == Z_STREAM_END
        guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw .damaged(name) }
        return result
    }
}
