/// How many tokens a picture is counted as. Providers publish these rules for budgeting; what they report after a call is what counts.
package enum ImageTokens: Hashable, Sendable {
    /// OpenAI: within 2048², the shorter side at most 768, then tiles of 512² each; `detail: low` is the base alone.
    case tiles(base: Int, each: Int)
    /// OpenAI: patches of 32², at most 1536 of them, times a factor in hundredths.
    case patches(percent: Int)
    /// OpenAI from GPT-5.4 on: patches of 32², six tokens for five of them. `detail: high` looks at 2,500 within 2048², `low` at 512²; else
    /// more than `most` are scaled down to that, and nil stands for nobody who scales.
    case finePatches(most: Int?)
    /// Claude: fields of 28² of the largest size that holds to both limits.
    case claude(most: Int, longestSide: Int)
    /// Gemini 1.5 to 2.5: 258 for a small picture, else for each tile of 768².
    case gemini2
    /// Gemini 3: by the resolution that was asked for.
    case gemini3
    /// Mistral: pixels to a token, after scaling down.
    case pixels(perToken: Int, longestSide: Int)
    /// Llama: up to two by two tiles of 560².
    case llama
    /// Qwen: fields of `side`², from 4 to 16,384.
    case fields(side: Int)
    /// No rule is known.
    case unknown

    /// The word of the JSON contract (docs/output.md).
    package var name: String {
        switch self {
        case .tiles: "openai_tiles"
        case .patches, .finePatches: "openai_patches"
        case .claude: "claude"
        case .gemini2: "gemini_2"
        case .gemini3: "gemini_3"
        case .pixels: "mistral"
        case .llama: "llama"
        case .fields: "qwen"
        case .unknown: "unknown"
        }
    }

    /// What one picture comes to: one number where rule and size are known, else what it may lie between.
    package func range(of size: PictureSize?, detail: ImageDetail?) -> ClosedRange<Int> {
        if case .unknown = self { return Self.ruleOfThumb }
        if let size {
            let count = count(Sides(size), detail)
            return count...count
        }
        let (low, high) = Self.likely.reduce((Int.max, 0)) { bounds, sides in
            let count = count(sides, detail)
            return (min(bounds.0, count), max(bounds.1, count))
        }
        return low...high
    }

    /// The most that one picture of any size comes to; nil where no rule is known.
    ///
    /// - Parameter bound: what all pictures are scaled to; nil: they are sent as large as they are.
    package func most(detail: ImageDetail?, within bound: Bound? = nil) -> Int? {
        guard let most = most(detail) else { return nil }
        guard let bound else { return most }
        let sizes = Self.shapes.map { bound.fitted(PictureSize(width: $0.0, height: $0.1)) }
        return min(most, sizes.map { count(Sides($0), detail) }.max() ?? most)
    }

    /// Up to the largest that a camera makes, from square to long: which of them comes to most depends on the family.
    private static let shapes: [(Int, Int)] = {
        let sides = [64, 200, 384, 560, 768, 1_024, 1_536, 1_568, 2_048, 2_576, 3_024, 4_096, 5_792, 8_192]
        return sides.flatMap { side in sides.filter { $0 <= side }.map { (side, $0) } }
    }()

    private func most(_ detail: ImageDetail?) -> Int? {
        switch self {
        case .unknown: nil
        case .gemini2: count(Self.largest, detail)
        // Some shape may need all of them.
        case .claude(let most, _): most
        case .finePatches(let most): (most ?? Self.mostFinePatches) * 6 / 5
        case .tiles, .patches, .gemini3, .pixels, .llama, .fields:
            // Square pictures are cut down to other sizes than long ones.
            [Sides(4_096, 4_096), Sides(1_536, 4_096), Self.largest].map { count($0, detail) }.max()
        }
    }

    /// Gemini 2 counts without an end; hardly any camera makes larger ones.
    private static let largest = Sides(8_192, 8_192)

    /// What most models count for a picture of usual size.
    package static let ruleOfThumb = 250...2_000
    /// The bounds for pictures whose size cannot be read, in pixels: from 256² to 4096², square and long.
    private static let likely = [Sides(256, 256), Sides(4_096, 4_096), Sides(1_536, 4_096)]

    private func count(_ sides: Sides, _ detail: ImageDetail?) -> Int {
        switch self {
        case .tiles(let base, let each):
            if detail == .low { return base }
            return base + each * sides.within(2_048).withShortSide(768).cells(of: 512)
        case .patches(let percent): return (Self.patches(sides, most: detail == .original ? 10_000 : 1_536) * percent + 99) / 100
        case .finePatches(let most): return (Self.finePatches(sides, most, detail) * 6 + 4) / 5
        case .claude: return Sides(bound(detail: detail).looked(at: sides.size)).cells(of: 28)
        case .gemini2: return sides.isWithin(384) ? 258 : 258 * sides.cells(of: 768)
        case .gemini3: return detail == .low ? 280 : 1_120
        case .pixels(let perToken, let longestSide):
            let fitted = sides.within(longestSide)
            return max(1, Int((fitted.width * fitted.height / Double(perToken) - Sides.noise).rounded(.up)))
        case .llama:
            return 1_601 * min(2, Sides.steps(sides.width, 560)) * min(2, Sides.steps(sides.height, 560))
        case .fields(let side): return min(16_384, max(4, sides.cells(of: side)))
        case .unknown: return Self.ruleOfThumb.upperBound
        }
    }

    /// More are refused.
    private static let mostFinePatches = 30_000

    private static func finePatches(_ sides: Sides, _ most: Int?, _ detail: ImageDetail?) -> Int {
        switch detail {
        case .low: sides.within(512).cells(of: 32)
        case .high: patches(sides.within(2_048), most: 2_500)
        case .auto, .original, nil: most.map { patches(sides, most: $0) } ?? min(mostFinePatches, sides.cells(of: 32))
        }
    }

    /// Too many are shrunk to the largest whole rows and columns that fit.
    private static func patches(_ sides: Sides, most: Int) -> Int {
        let count = sides.cells(of: 32)
        guard count > most else { return count }
        let scale = (1_024 * Double(most) / (sides.width * sides.height)).squareRoot()
        let (columns, rows) = (sides.width * scale / 32, sides.height * scale / 32)
        let whole = min(columns.rounded(.down) / columns, rows.rounded(.down) / rows)
        guard whole > 0 else { return most }
        return min(most, sides.scaled(by: scale * whole).cells(of: 32))
    }
}

extension ImageTokens {
    /// How large a picture is worth sending: no model of this family looks at more, or what more it looks at costs more than it shows.
    package func bound(detail: ImageDetail?) -> Bound {
        switch (self, detail) {
        case (.tiles, .low), (.finePatches, .low): Bound(longestSide: 512)
        case (.patches, .low): Bound(longestSide: 512, isScaledAnyway: true)
        case (.tiles, _): Bound(longestSide: 2_048, shortestSide: 768)
        case (.patches, _): Bound(cells: .init(side: 32, most: detail == .original ? 10_000 : 1_536, isWhole: true), isScaledAnyway: true)
        case (.finePatches, _): Bound(longestSide: 2_048, cells: .init(side: 32, most: 2_500, isWhole: true))
        case (.claude(let most, let longestSide), _): Bound(longestSide: longestSide, cells: .init(side: 28, most: most))
        case (.gemini2, _): Bound(longestSide: 1_536)
        case (.gemini3, _): Bound(longestSide: 2_048)
        case (.pixels(_, let longestSide), _): Bound(longestSide: longestSide)
        case (.llama, _): Bound(longestSide: 1_120)
        case (.fields, _), (.unknown, _): Bound(longestSide: 1_568)
        }
    }
}

/// A picture on its way through scaling.
private struct Sides {
    let width: Double
    let height: Double

    /// Keeps a size that a scaling made whole, but for the last bits, from being rounded up to the next.
    static let noise = 1e-9

    init(_ width: Double, _ height: Double) { (self.width, self.height) = (width, height) }

    /// A damaged header may claim more than a million pixels a side.
    init(_ size: PictureSize) { self.init(Double(min(size.width, 1_000_000)), Double(min(size.height, 1_000_000))) }

    /// Of one that was not scaled.
    var size: PictureSize { PictureSize(width: Int(width), height: Int(height)) }

    func scaled(by factor: Double) -> Sides { Sides(width * factor, height * factor) }

    /// Never made larger.
    func within(_ side: Int) -> Sides { scaled(by: min(1, Double(side) / max(width, height))) }
    func withShortSide(_ side: Int) -> Sides { scaled(by: min(1, Double(side) / min(width, height))) }
    func isWithin(_ side: Double) -> Bool { max(width, height) <= side }

    func cells(of side: Int) -> Int { Self.steps(width, side) * Self.steps(height, side) }
    static func steps(_ length: Double, _ side: Int) -> Int { max(1, Int((length / Double(side) - noise).rounded(.up))) }
}
