import CutlineCore
import TestSupport
import Testing

private func size(_ width: Int, _ height: Int) -> PictureSize { PictureSize(width: width, height: height) }

@Suite struct BoundTests {
    /// A phone's 12 megapixels, as each family wants them, and what they are counted as before and after.
    @Test(arguments: [
        ("gpt-4o", 1_024, 768, 765, 765), ("gpt-4.1", 1_024, 768, 765, 765), ("gpt-5", 1_024, 768, 630, 630), ("o3", 1_024, 768, 675, 675),
        ("gpt-5-mini", 1_408, 1_056, 2_353, 2_353), ("o4-mini", 1_408, 1_056, 2_498, 2_498),
        ("gpt-5.5", 1_824, 1_368, 11_868, 2_942), ("gpt-6", 1_824, 1_368, 14_364, 2_942),
        ("claude-haiku-4-5", 1_270, 952, 1_564, 1_564), ("claude-opus-4-7", 2_212, 1_659, 4_740, 4_740),
        ("gemini-2.5-flash", 1_536, 1_152, 6_192, 1_032), ("gemini-3-pro", 2_048, 1_536, 1_120, 1_120),
        ("mistral-medium-latest", 1_540, 1_155, 2_269, 2_269), ("pixtral-12b", 1_024, 768, 3_072, 3_072),
        ("llama-3.2-90b-vision", 1_120, 840, 6_404, 6_404), ("qwen2.5-vl-7b", 1_568, 1_176, 15_552, 2_352),
        ("qwen3-vl-8b", 1_568, 1_176, 11_970, 1_813), ("glm-4.5v", 1_568, 1_176, 15_552, 2_352),
    ])
    func aPhotoBecomesWhatItsModelLooksAt(model: String, width: Int, height: Int, before: Int, after: Int) {
        let (rule, photo) = (ImageTokens(model: model), size(4_032, 3_024))
        let fitted = rule.bound(detail: nil).fitted(photo)
        #expect(fitted == size(width, height))
        #expect(rule.range(of: photo, detail: nil) == before...before)
        #expect(rule.range(of: fitted, detail: nil) == after...after)
        let upright = rule.bound(detail: nil).fitted(size(3_024, 4_032))
        #expect(upright == size(height, width))
    }

    @Test func anUnknownModelGetsAUsualSize() {
        #expect(ImageTokens(model: "llava").bound(detail: nil).fitted(size(4_032, 3_024)) == size(1_568, 1_176))
        #expect(ImageTokens(model: "gpt-4o").bound(detail: .low).fitted(size(4_032, 3_024)) == size(512, 384))
    }

    /// Nobody pays more because a picture was prepared.
    @Test(arguments: [
        "gpt-4o", "gpt-4o-mini", "gpt-4.1-mini", "gpt-5-nano", "o1", "o4-mini", "gpt-5.5", "gpt-6", "claude-haiku-4-5", "claude-opus-4-8",
        "gemini-2.5-flash", "gemini-3-pro", "pixtral-12b", "mistral-small", "llama-3.2-vision", "qwen3-vl", "qwen2-vl", "glm-4.5v",
    ])
    func preparedPicturesNeverHaveMoreTokens(model: String) {
        var random = SplitMix64(seed: 18)
        let rule = ImageTokens(model: model)
        for detail in ImageDetail.allCases.map(Optional.some) + [nil] {
            for round in 0..<3_000 {
                let (long, short) = round % 3 == 0 ? (60_000, 400) : round % 3 == 1 ? (12_000, 12_000) : (3_000, 1_500)
                let sides = (Int.random(in: 1...long, using: &random), Int.random(in: 1...short, using: &random))
                let picture = round % 2 == 0 ? size(sides.0, sides.1) : size(sides.1, sides.0)
                let fitted = rule.bound(detail: detail).fitted(picture)
                let (before, after) = (rule.range(of: picture, detail: detail), rule.range(of: fitted, detail: detail))
                #expect(after.upperBound <= before.upperBound, "\(picture) as \(fitted), \(detail?.rawValue ?? "no detail")")
                #expect(fitted.width <= picture.width && fitted.height <= picture.height && fitted.shorterSide > 0)
            }
        }
    }

    @Test(arguments: [
        (12_000, 120, 12_000, 120), (690, 15_420, 199, 4_469), (4, 900, 4, 900), (1, 1, 1, 1), (9_000, 900, 2_000, 200),
        (1_568, 100, 1_568, 100),
    ])
    func panoramasStayLegible(width: Int, height: Int, fittedWidth: Int, fittedHeight: Int) {
        #expect(Bound(longestSide: 1_568).fitted(size(width, height)) == size(fittedWidth, fittedHeight))
    }

    @Test func whatTheProviderRefusesIsNeverSent() {
        let bound = Bound(longestSide: 1_568).taken(by: ImageRules(maxSide: 8_000, maxPixels: 1_000_000))
        #expect(bound.fitted(size(12_000, 120)) == size(8_000, 80))
        let fitted = bound.fitted(size(4_000, 3_000))
        #expect(fitted == size(1_154, 865))
    }

    /// A header may claim anything.
    @Test func absurdSizesBecomeSmallOnes() {
        for model in ["gpt-4o", "gpt-5-mini", "gpt-6", "claude-opus-4-7", "x"] {
            for picture in [size(.max, .max), size(1, .max), size(.max, 1), size(0, 0), size(-5, 7)] {
                let fitted = ImageTokens(model: model).bound(detail: nil).fitted(picture)
                #expect(fitted.width > 0 && fitted.height > 0 && fitted.longerSide <= 1_000_000)
            }
        }
    }
}

@Suite struct PreparationReasonTests {
    private func picture(_ format: PictureFormat, bytes: Int64 = 1_000) -> PictureFile {
        PictureFile(path: "/a", stamp: FileStamp(size: bytes, modified: 0, inode: 1), format: format, digest: nil)
    }

    @Test(
        arguments: [
            (.jpeg, nil), (.png, nil), (.webp, nil), (.gif, nil), (.heic, .type), (.avif, .type), (.tiff, .type), (.bmp, .type),
        ] as [(PictureFormat, PreparationReason?)])
    func whoStatesNothingTakesTheUsualTypes(format: PictureFormat, reason: PreparationReason?) {
        #expect(ImageRules().reasonToPrepare(picture(format), PictureFacts()) == reason)
        #expect(ImageRules(accepts: [format]).reasonToPrepare(picture(format), PictureFacts()) == nil)
        #expect(ImageRules(accepts: []).reasonToPrepare(picture(format), PictureFacts()) == .type)
    }

    @Test func whatWouldBeRefusedIsPrepared() {
        let rules = ImageRules(maxBytes: 5_000, maxSide: 8_000, maxPixels: 33_000_000)
        func reason(_ bytes: Int64, _ facts: PictureFacts?) -> PreparationReason? {
            rules.reasonToPrepare(picture(.jpeg, bytes: bytes), facts)
        }
        #expect(reason(5_000, nil) == nil && reason(5_001, nil) == .bytes)
        #expect(reason(1, PictureFacts(size: size(8_000, 4_125))) == nil)
        #expect(reason(1, PictureFacts(size: size(8_001, 1))) == .side)
        #expect(reason(1, PictureFacts(size: size(8_000, 4_126))) == .pixels)
        #expect(ImageRules(maxPixels: 1).reasonToPrepare(picture(.jpeg), PictureFacts(size: size(.max, .max))) == .pixels)
        #expect(reason(1, PictureFacts(isAnimated: true)) == .frames)
    }

    /// Nobody reads the header of a photo for nothing.
    @Test func headersAreReadWhereTheyDecide() {
        #expect(!ImageRules().wantsFacts(of: .jpeg) && ImageRules(maxSide: 1).wantsFacts(of: .jpeg))
        #expect(ImageRules().wantsFacts(of: .gif) && ImageRules().wantsFacts(of: .webp) && ImageRules().wantsFacts(of: .png))
    }

    @Test func webPIsNeverMade() {
        #expect(ImageRules().preparedFormats == [.jpeg, .png])
        #expect(ImageRules(accepts: [.webp, .png]).preparedFormats == [.png])
        #expect(ImageRules(accepts: [.webp]).preparedFormats.isEmpty)
    }
}

@Suite struct PictureFactsTests {
    private static let gif: [UInt8] = Array("GIF89a".utf8) + [2, 0, 2, 0, 0x80, 0, 0] + [UInt8](repeating: 0, count: 6)
    private static let frame: [UInt8] = [0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 2, 0x4C, 1, 0]
    private static let control: [UInt8] = [0x21, 0xF9, 4, 0, 0, 0, 0, 0]
    private static let loop: [UInt8] = [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]

    @Test func gifsOfSeveralFramesMove() {
        #expect(!PictureFacts(header: Self.gif + Self.control + Self.frame + [0x3B]).isAnimated)
        #expect(PictureFacts(header: Self.gif + Self.control + Self.frame + Self.control + Self.frame + [0x3B]).isAnimated)
        #expect(PictureFacts(header: Self.gif + Self.loop).isAnimated)
        #expect(PictureFacts(header: Self.gif + Self.frame).size == size(2, 2))
    }

    @Test func cutHeadersSayNothing() {
        let whole = Self.gif + Self.loop
        for length in 0..<(whole.count - 5) { #expect(!PictureFacts(header: Array(whole.prefix(length))).isAnimated) }
    }

    @Test func pngsWithFrameControlMove() {
        let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
            [0, 0, 0, UInt8(content.count)] + Array(kind.utf8) + content + [0, 0, 0, 0]
        }
        let header = chunk("IHDR", [0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0])
        let data = chunk("IDAT", [1, 2, 3])
        #expect(PictureFacts(header: start + header + chunk("acTL", [0, 0, 0, 2, 0, 0, 0, 0]) + data).isAnimated)
        #expect(!PictureFacts(header: start + header + chunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]) + data).isAnimated)
        #expect(!PictureFacts(header: start + header + data + chunk("acTL", [0, 0, 0, 2, 0, 0, 0, 0])).isAnimated)
    }

    @Test func webPSaysWhetherItMoves() {
        func webp(_ flags: UInt8) -> [UInt8] {
            Array("RIFF".utf8) + [30, 0, 0, 0] + Array("WEBPVP8X".utf8) + [10, 0, 0, 0, flags, 0, 0, 0, 1, 0, 0, 1, 0, 0]
        }
        #expect(PictureFacts(header: webp(0x02)).isAnimated && !PictureFacts(header: webp(0x10)).isAnimated)
    }
}

@Suite struct BoxedSizeTests {
    private static func box(_ kind: String, _ content: [UInt8]) -> [UInt8] {
        [0, 0, UInt8((content.count + 8) >> 8), UInt8((content.count + 8) & 0xFF)] + Array(kind.utf8) + content
    }

    /// A thumbnail is item 1, the picture item 2: its properties are its size and how it is turned.
    private static func meta(turn: UInt8 = 0) -> [UInt8] {
        let small = box("ispe", [0, 0, 0, 0, 0, 0, 0, 160, 0, 0, 0, 120])
        let large = box("ispe", [0, 0, 0, 0, 0, 0, 0x0F, 0xC0, 0, 0, 0x0B, 0xD0])
        let uses: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 2] + [0, 1, 1, 1] + [0, 2, 2, 0x82, 3]
        let properties = box("iprp", box("ipco", small + box("irot", [turn]) + large) + box("ipma", uses))
        return box("meta", [0, 0, 0, 0] + box("hdlr", [0, 0, 0, 0]) + box("pitm", [0, 0, 0, 0, 0, 2]) + properties)
    }
    private static let header = box("ftyp", Array("heic".utf8) + [0, 0, 0, 0])

    @Test func theSizeIsThatOfThePrimaryPicture() {
        #expect(PictureSize(header: Self.header + Self.meta()) == size(4_032, 3_024))
        #expect(PictureSize(header: Self.header + Self.meta(turn: 1)) == size(3_024, 4_032))
        #expect(PictureSize(header: Self.header + Self.meta(turn: 2)) == size(4_032, 3_024))
    }

    @Test func aCutHeaderStatesNoSize() {
        let whole = Self.header + Self.meta()
        for length in 0..<whole.count { #expect(PictureSize(header: Array(whole.prefix(length))) == nil) }
    }
}
