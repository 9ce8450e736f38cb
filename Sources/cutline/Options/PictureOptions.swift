import ArgumentParser
import CutlineCore

/// What becomes of pictures before they are sent. What `fit` and `all` make of them belongs to the batch and never changes under one name.
struct PictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which pictures are made into JPEG or PNG before they are sent: none (never); those that the provider would refuse (auto); also what is turned, larger than the model looks at, or has metadata (fit); all of them (all). Needs libvips.",
            valueName: "mode"))
    var prepare: PrepareMode?
    @Option(help: ArgumentHelp("The longer side of a prepared picture, at most (default: what the model looks at).", valueName: "pixels"))
    var longestEdge: Int?
    @Option(help: ArgumentHelp("The size of a prepared picture, at most.", valueName: "n"))
    var maxMegapixels: Double?
    @Option(help: ArgumentHelp("The quality of a prepared JPEG, 1 to 100 (default: 85).", valueName: "n"))
    var jpegQuality: Int?
    @Option(help: ArgumentHelp("What shows through where a picture is transparent: white (default), black or RRGGBB.", valueName: "colour"))
    var background: BackgroundColour?
    @Option(
        help: ArgumentHelp(
            "What a prepared picture is written as: the smaller one of what suits it (auto), jpeg or png.", valueName: "type"))
    var pictureFormat: Preparation.Form?

    func validate() throws {
        if let longestEdge, !PreparationWish.edges.contains(longestEdge) {
            throw ValidationError("--longest-edge must be between 16 and 65500.")
        }
        if let maxMegapixels, !PreparationWish.megapixelLimits.contains(maxMegapixels) {
            throw ValidationError("--max-megapixels must be between 0.01 and 268.")
        }
        if let jpegQuality, !PreparationWish.qualities.contains(jpegQuality) {
            throw ValidationError("--jpeg-quality must be between 1 and 100.")
        }
        if let objection = wish.objection { throw ValidationError("--prepare: \(objection).") }
    }

    var wish: PreparationWish {
        PreparationWish(
            mode: prepare, longestEdge: longestEdge, megapixels: maxMegapixels, quality: jpegQuality, background: background?.digits,
            form: pictureFormat)
    }
}

struct BackgroundColour: ExpressibleByArgument {
    let digits: String

    init?(argument: String) {
        guard let digits = PreparationWish.colour(argument) else { return nil }
        self.digits = digits
    }
}

extension PrepareMode: ExpressibleByArgument {}
extension Preparation.Form: ExpressibleByArgument {}
