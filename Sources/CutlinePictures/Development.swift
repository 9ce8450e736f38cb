import CutlineCore

/// One picture on its way through a darkroom: decoded no larger than needed, upright, on white, in sRGB, 8 bits, one frame, without metadata.
struct Development {
    struct Result {
        let format: PictureFormat
        let size: PictureSize
        let bytes: [UInt8]
    }

    /// Why there is none, as it is said behind the picture's name.
    enum Refusal: Error {
        case unreadable(String)
        case tooLarge(String)
    }

    let vips: Vips
    let order: PreparationOrder
    let bytes: UnsafeRawBufferPointer

    static func words(of trouble: Vips.Trouble) -> String {
        trouble.isMemory ? "needs more than \(Darkroom.mostMemory >> 20) MB to be opened" : "cannot be decoded: \(trouble.words)"
    }

    /// Whether it is within its bound and nothing but its pixels.
    var isPlain: Bool {
        guard let size = PictureSize(header: Array(bytes.prefix(512 << 10))), order.bound.fitted(size) == size else { return false }
        return PlainPicture.isPlain(bytes, order.format)
    }

    private static let mostPixels = 16_383 * 16_383
    private static let mostSide = 65_500

    /// - Throws: `Refusal` or `Vips.Trouble`.
    func result() throws -> Result {
        let head = Array(bytes.prefix(65_536))
        guard PictureFormat(firstBytes: head) == order.format else { throw Refusal.unreadable("is not the type that it was taken for") }
        if order.format == .tiff, PictureFacts.isCameraRaw(header: head) {
            throw Refusal.unreadable("is a camera's RAW file; make a JPEG of it")
        }
        let image = try loaded()
        let scaled = try image.plain(on: background).scaled(to: order.bound.fitted(image.size)).inSRGB()
        // What follows turns, and may encode more than once.
        return try encoded(isTurned ? scaled.inMemory().with("autorot") : scaled.inMemory())
    }
}

// MARK: - Decoding

extension Development {
    private func loaded() throws -> VipsImage {
        if order.format == .bmp {
            let bitmap = try Bitmap(bytes) { try check($0) }
            return try VipsImage(vips, pixels: bitmap.pixels, size: bitmap.size, bands: 3)
        }
        let image = try open()
        try check(image.size)
        guard order.format == .jpeg else { return image }
        // Reading a JPEG smaller costs less; enough is left for a good scaling.
        let (side, wanted) = (image.size.longerSide, order.bound.fitted(image.size).longerSide)
        guard let shrink = [8, 4, 2].first(where: { side / $0 * 4 >= wanted * 5 }) else { return image }
        return try open(shrink: shrink)
    }

    /// By the loader of the format: libvips is never left to choose one.
    private func open(shrink: Int = 1) throws -> VipsImage {
        let loader =
            switch order.format {
            case .jpeg: "jpegload_source"
            case .png: "pngload_source"
            case .webp: "webpload_source"
            case .gif: "gifload_source"
            case .tiff: "tiffload_source"
            case .heic, .avif: "heifload_source"
            case .bmp: "rawload"
            }
        // Cameras write JPEGs that bring warnings; a cut picture is an error.
        let operation = try VipsOperation(vips, loader).taking("source", VipsSource(vips, bytes))
            .with(["fail_on": order.sendsDamaged ? "none" : "error", "access": "sequential"])
        return try (shrink > 1 ? operation.with(["shrink": "\(shrink)"]) : operation).image()
    }

    /// Before anything is decoded: some bytes can claim any size.
    private func check(_ size: PictureSize) throws {
        guard size.width > 0, size.height > 0, size.longerSide <= Self.mostSide, size.width * size.height <= Self.mostPixels else {
            throw Refusal.unreadable("claims \(size.width) × \(size.height) pixels; at most 268 megapixels are opened")
        }
    }

    /// libheif turns by itself, and BMP knows no turning.
    private var isTurned: Bool {
        switch order.format {
        case .jpeg, .png, .webp, .tiff, .gif: true
        case .heic, .avif, .bmp: false
        }
    }
}

extension VipsImage {
    /// 8 bits, nothing to see through.
    /// - Parameter colour: red, green and blue of what shows through.
    fileprivate func plain(on colour: [Int]) throws -> VipsImage {
        var image = self
        switch samples {
        case .bytes: break
        // v / 257, and no stretching.
        case .words:
            image = try image.with("cast", ["format": "uchar", "shift": "true"])
            if colours == .rgb16 || colours == .gray16 {
                image = try image.with("copy", ["interpretation": colours == .rgb16 ? "srgb" : "b-w"])
            }
        case nil: image = try image.with("colourspace", ["space": bands > 2 ? "srgb" : "b-w"])
        }
        guard image.hasAlpha else { return image }
        let isGray = colour[0] == colour[1] && colour[1] == colour[2]
        if image.bands == 2, !isGray { image = try image.with("colourspace", ["space": "srgb"]) }
        let samples =
            switch image.bands {
            case 2: [colour[0]]
            case 4: colour
            // CMYK: what is white there is no ink.
            default: colour.map { 255 - $0 } + Array(repeating: 0, count: image.bands - 4)
            }
        return try image.with("flatten", ["background": samples.map { "\($0)" }.joined(separator: " ")])
    }

    fileprivate func scaled(to wanted: PictureSize) throws -> VipsImage {
        guard wanted != size else { return self }
        let (across, down) = (Double(wanted.width) / Double(size.width), Double(wanted.height) / Double(size.height))
        return try with("resize", ["scale": "\(across)", "vscale": "\(down)"])
    }

    fileprivate func inSRGB() throws -> VipsImage {
        if colours == .cmyk {
            return try with("icc_transform", ["output_profile": "srgb", "embedded": "true", "input_profile": "cmyk"])
        }
        // One that does not fit its picture is no reason not to show it. Where there is none, nothing is changed.
        let seen = hasProfile ? (try? with("icc_transform", ["output_profile": "srgb", "embedded": "true"])) ?? self : self
        let image = bands < 3 && seen.bands > 2 ? try seen.with("colourspace", ["space": "b-w"]) : seen
        switch image.colours {
        case .gray?, .sRGB?, .rgb?, .cmyk?, .rgb16?, .gray16?: return image
        case .multiband?: return image.bands > 3 ? try image.with("extract_band", ["band": "0", "n": "3"]) : image
        case nil: return try image.with("colourspace", ["space": image.bands > 2 ? "srgb" : "b-w"])
        }
    }
}

// MARK: - Encoding

extension Development {
    /// Smaller ones are tried until the provider takes it.
    private func encoded(_ image: VipsImage) throws -> Result {
        let best = isLossless ? min(100, order.quality + 5) : order.quality
        for quality in [best] + [75, 60].filter({ $0 < best }) {
            if let result = try encoded(image, quality) { return result }
        }
        var image = image
        for _ in 0..<5 {
            let (width, height) = (image.size.width * 3 / 4, image.size.height * 3 / 4)
            image = try image.scaled(to: PictureSize(width: max(1, width), height: max(1, height))).inMemory()
            if let result = try encoded(image, min(60, best)) { return result }
        }
        throw Refusal.tooLarge("cannot be made smaller than \(order.mostBytes ?? 0) bytes")
    }

    /// Nil: it has more bytes than may be sent.
    private func encoded(_ image: VipsImage, _ quality: Int) throws -> Result? {
        var results: [Result] = []
        if order.formats.contains(.jpeg) {
            let bytes = try image.encoded("jpegsave_buffer", ["Q": "\(quality)", "optimize_coding": "true", "strip": "true"])
            results.append(Result(format: .jpeg, size: image.size, bytes: bytes))
        }
        if order.formats.contains(.png), isLossless || results.isEmpty {
            results.append(Result(format: .png, size: image.size, bytes: try image.encoded("pngsave_buffer", ["strip": "true"])))
        }
        guard let smallest = results.min(by: { $0.bytes.count < $1.bytes.count }), smallest.bytes.count <= order.mostBytes ?? .max else {
            return nil
        }
        return smallest
    }

    private var background: [Int] {
        let number = Int(order.background, radix: 16) ?? 0xFFFFFF
        return [number >> 16 & 0xFF, number >> 8 & 0xFF, number & 0xFF]
    }

    private var isLossless: Bool {
        switch order.format {
        case .jpeg, .heic, .avif: false
        case .png, .gif, .tiff, .bmp: true
        // RFC 9649, §2.6; behind an extended header it stands deeper, and is taken for lossy.
        case .webp: bytes.count > 16 && bytes[12..<16].elementsEqual("VP8L".utf8)
        }
    }
}
