import CutlineCore

/// A BMP, read into rows of red, green and blue: libvips reads it by ImageMagick only, which is not let near a picture.
struct Bitmap {
    let size: PictureSize
    /// From the top, three bytes a pixel.
    let pixels: [UInt8]

    /// - Parameter check: is asked before anything is read.
    init(_ bytes: UnsafeRawBufferPointer, _ check: (PictureSize) throws -> Void) throws {
        let header = try Header(bytes)
        try check(header.size)
        guard header.pixels >= 0, header.pixels + header.rowLength * header.size.height <= bytes.count else {
            throw Development.Refusal.unreadable("is cut off")
        }
        let reader = Reader(header: header, bytes: bytes, palette: Self.palette(header, bytes))
        size = header.size
        let rowLength = size.width * 3
        var pixels = [UInt8](repeating: 0, count: rowLength * size.height)
        for row in 0..<size.height {
            try pixels.withUnsafeMutableBytes { all in
                let target = UnsafeMutableRawBufferPointer(rebasing: all[(row * rowLength)..<((row + 1) * rowLength)])
                try reader.read(row: header.isFromTop ? row : header.size.height - 1 - row, into: target)
            }
        }
        self.pixels = pixels
    }

    /// Four bytes a colour, three in the oldest files.
    private static func palette(_ header: Header, _ bytes: UnsafeRawBufferPointer) -> [[UInt8]] {
        guard header.depth <= 8 else { return [] }
        let (start, step) = (14 + header.infoLength, header.infoLength == 12 ? 3 : 4)
        let count = header.colours > 0 ? min(header.colours, 256) : 1 << header.depth
        return (0..<count).compactMap { index in
            let place = start + index * step
            return place + 3 <= bytes.count ? [bytes[place + 2], bytes[place + 1], bytes[place]] : nil
        }
    }
}

extension Bitmap {
    fileprivate struct Header {
        let infoLength, depth, colours, pixels: Int
        let size: PictureSize
        let isFromTop: Bool
        /// Of red, green and blue, where they are told.
        let masks: [UInt32]

        var rowLength: Int { (size.width * depth + 31) / 32 * 4 }

        init(_ bytes: UnsafeRawBufferPointer) throws {
            func number(_ count: Int, _ offset: Int) throws -> Int {
                guard let value = bytes.number(count, at: offset) else { throw Development.Refusal.unreadable("is cut off") }
                return value
            }
            pixels = try number(4, 10)
            infoLength = try number(4, 14)
            guard infoLength >= 40 else {
                size = PictureSize(width: try number(2, 18), height: try number(2, 20))
                (depth, isFromTop, colours, masks) = (try number(2, 24), false, 0, [])
                try check()
                return
            }
            let height = Int(Int32(truncatingIfNeeded: try number(4, 22)))
            size = PictureSize(width: try number(4, 18), height: abs(height))
            (depth, isFromTop, colours) = (try number(2, 28), height < 0, try number(4, 46))
            switch try number(4, 30) {
            case 0: masks = depth == 16 ? [0x7C00, 0x03E0, 0x001F] : []
            case 3, 6: masks = try [54, 58, 62].map { UInt32(try number(4, $0)) }
            default: throw Development.Refusal.unreadable("is a packed BMP, which is not read; save it as PNG")
            }
            try check()
        }

        private func check() throws {
            guard [1, 4, 8, 16, 24, 32].contains(depth) else {
                throw Development.Refusal.unreadable("is a BMP of \(depth) bits a pixel, which there is not")
            }
        }
    }

    fileprivate struct Reader {
        let header: Header
        let bytes: UnsafeRawBufferPointer
        let palette: [[UInt8]]

        func read(row: Int, into target: UnsafeMutableRawBufferPointer) throws {
            let (start, depth, masks) = (header.pixels + row * header.rowLength, header.depth, header.masks)
            for column in 0..<header.size.width {
                let place = column * 3
                if depth == 24 || depth == 32 && masks.isEmpty {
                    let from = start + column * depth / 8
                    (target[place], target[place + 1], target[place + 2]) = (bytes[from + 2], bytes[from + 1], bytes[from])
                } else if depth >= 16 {
                    let value = UInt32(bytes.number(depth / 8, at: start + column * depth / 8) ?? 0)
                    for index in 0..<3 { target[place + index] = Self.part(value, masks[index]) }
                } else {
                    let bits = column * depth
                    let index = Int(bytes[start + bits / 8]) >> (8 - depth - bits % 8) & (1 << depth - 1)
                    guard palette.indices.contains(index) else { throw Development.Refusal.unreadable("uses a colour that it has not") }
                    for part in 0..<3 { target[place + part] = palette[index][part] }
                }
            }
        }

        /// The bits under a mask, as 0…255.
        private static func part(_ value: UInt32, _ mask: UInt32) -> UInt8 {
            guard mask != 0 else { return 0 }
            let most = mask >> UInt32(mask.trailingZeroBitCount)
            return UInt8(UInt64((value & mask) >> UInt32(mask.trailingZeroBitCount)) * 255 / UInt64(most))
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The last byte first, as BMP writes numbers; nil where it is not there.
    fileprivate func number(_ count: Int, at offset: Int) -> Int? {
        guard offset + count <= self.count else { return nil }
        return self[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
