#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tells of JPEG, PNG and WebP whether a picture is nothing but its pixels as they are to be seen: upright, in sRGB with 8 bits, nothing to see
/// through, one frame, no metadata (EXIF, XMP, IPTC, comments, texts), nothing behind its end. Other formats never count as that.
package struct PlainPicture {
    private let bytes: UnsafeRawBufferPointer
    /// Whether `bytes` are only the first ones: what would come behind them is taken for plain.
    private let isBeginning: Bool

    package static func isPlain(_ bytes: UnsafeRawBufferPointer, _ format: PictureFormat, isBeginning: Bool = false) -> Bool {
        let picture = PlainPicture(bytes: bytes, isBeginning: isBeginning)
        return switch format {
        case .jpeg: picture.isPlainJPEG
        case .png: picture.isPlainPNG
        case .webp: picture.isPlainWebP
        case .gif, .heic, .avif, .tiff, .bmp: false
        }
    }

    private func big(_ count: Int, at offset: Int) -> Int? {
        guard offset >= 0, offset + count <= bytes.count else { return nil }
        return (offset..<offset + count).reduce(0) { $0 << 8 | Int(bytes[$1]) }
    }

    private func has(_ text: String, at offset: Int) -> Bool {
        offset >= 0 && offset + text.utf8.count <= bytes.count && bytes[offset..<offset + text.utf8.count].elementsEqual(text.utf8)
    }

    /// Whether a colour profile calls itself sRGB: in one-byte or two-byte letters, as ICC.1 and ICC.2 write names.
    private func isSRGB(_ range: Range<Int>) -> Bool {
        let part = UnsafeRawBufferPointer(rebasing: bytes[range.clamped(to: 0..<bytes.count)])
        return [Array("sRGB".utf8), [0x73, 0, 0x52, 0, 0x47, 0, 0x42]].contains { name in
            var start = 0
            while start + name.count <= part.count, let found = memchr(part.baseAddress! + start, Int32(name[0]), part.count - start) {
                start = found - UnsafeMutableRawPointer(mutating: part.baseAddress!)
                if start + name.count <= part.count, part[start..<start + name.count].elementsEqual(name) { return true }
                start += 1
            }
            return false
        }
    }
}

// MARK: - JPEG

extension PlainPicture {
    /// ITU-T T.81, annex B: JFIF and one profile of sRGB are all that may stand beside what the pixels need.
    private var isPlainJPEG: Bool {
        var position = 2
        while let kind = marker(&position) {
            switch kind {
            case 0xD9: return position == bytes.count
            case 0x01, 0xD0...0xD8: continue
            default: break
            }
            guard let length = big(2, at: position), length >= 2 else { return isBeginning }
            guard isPlain(segment: kind, position + 2..<position + length) else { return false }
            position += length
            if kind == 0xDA, isBeginning { return true }
        }
        return isBeginning
    }

    /// The next marker, past the data of a scan; the position is behind it. Nil: there is none.
    private func marker(_ position: inout Int) -> Int? {
        while position < bytes.count, let found = memchr(bytes.baseAddress! + position, 0xFF, bytes.count - position) {
            position = found - UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
            while position < bytes.count, bytes[position] == 0xFF { position += 1 }
            guard position < bytes.count else { return nil }
            let kind = Int(bytes[position])
            position += 1
            if kind != 0 { return kind }
        }
        return nil
    }

    private func isPlain(segment kind: Int, _ content: Range<Int>) -> Bool {
        switch kind {
        // Frames: 8 bits, gray or three components.
        case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
            return big(1, at: content.lowerBound) == 8 && [1, 3].contains(big(1, at: content.lowerBound + 5))
        // Tables and scans.
        case 0xC4, 0xCC, 0xDA...0xDF: return true
        case 0xE0: return has("JFIF\0", at: content.lowerBound)
        case 0xE2: return has("ICC_PROFILE\0", at: content.lowerBound) && isSRGB(content)
        case 0xEE: return has("Adobe", at: content.lowerBound)
        default: return false
        }
    }
}

// MARK: - PNG and WebP

extension PlainPicture {
    /// PNG, third edition, §11: what pixels need, and what says nothing of anybody.
    private static let plainChunks: Set<String> = ["IHDR", "PLTE", "IDAT", "IEND", "sRGB", "gAMA", "cHRM", "sBIT", "pHYs", "bKGD", "hIST"]

    private var isPlainPNG: Bool {
        guard let depth = big(1, at: 24), let colour = big(1, at: 25), depth <= 8, colour & 4 == 0 else { return false }
        var position = 8
        while let length = big(4, at: position), position + 8 <= bytes.count {
            let kind = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
            guard Self.plainChunks.contains(kind) else { return false }
            position += 12 + length
            if kind == "IEND" { return position == bytes.count }
        }
        return isBeginning
    }

    /// RFC 9649, §2.7: an extended file says in its flags what it has beside one frame of pixels.
    private var isPlainWebP: Bool {
        guard bytes.count > 20, has("RIFF", at: 0) else { return false }
        let length = 8 + (4..<8).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
        guard isBeginning || length == bytes.count || length + 1 == bytes.count else { return false }
        if has("VP8 ", at: 12) { return true }
        // Of lossless ones a bit says whether there is anything to see through (§3.4).
        if has("VP8L", at: 12) { return bytes.count > 24 && bytes[24] & 0x10 == 0 }
        return has("VP8X", at: 12) && bytes[20] & 0x3E == 0
    }
}
