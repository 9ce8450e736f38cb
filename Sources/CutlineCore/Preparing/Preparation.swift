/// Which pictures are prepared before they are sent.
package enum PrepareMode: String, Codable, CaseIterable, Sendable {
    /// None.
    case never
    /// What the provider would refuse as it is.
    case auto
    /// Also what lies on its side, is larger than its model looks at, or says more than its pixels.
    case fit
    /// Every picture: only pixels leave the machine.
    case all
}

/// What a batch's pictures are made into: part of what its jobs ask, for the model sees it. All numbers are filled in when the batch is made,
/// so that a later table of models changes no job.
package struct Preparation: Codable, Hashable, Sendable {
    package enum Extent: String, Codable, Sendable { case fit, all }
    /// What a prepared picture is written as.
    package enum Form: String, Codable, CaseIterable, Sendable { case auto, jpeg, png }

    package var mode: Extent
    package var bound: Bound
    /// Of JPEGs that are made of what was lossy before, 1 to 100; what was stored without loss gets five more.
    package var quality: Int
    /// What shows through, as six hexadecimal digits: red, green, blue.
    package var background: String
    package var form: Form
    /// Of the recipe; raised only when pictures come out visibly different.
    package var version: Int

    package static let (quality, background, version) = (85, "ffffff", 1)

    package init(
        mode: Extent, bound: Bound, quality: Int = Preparation.quality, background: String = Preparation.background, form: Form = .auto
    ) {
        (self.mode, self.bound, self.quality, self.background, self.form) = (mode, bound, quality, background, form)
        version = Self.version
    }

    /// JSON with sorted keys; part of a job's fingerprint.
    package var canonicalText: String {
        JSONValue.object([
            "background": .string(background), "bound": bound.json, "format": .string(form.rawValue), "mode": .string(mode.rawValue),
            "quality": .integer(Int64(quality)), "v": .integer(Int64(version)),
        ]).text
    }

    /// Of what a provider takes, what is wanted; where it takes none of that, what it takes.
    package func formats(of accepted: [PictureFormat]) -> [PictureFormat] {
        let wanted: [PictureFormat] =
            switch form {
            case .auto: accepted
            case .jpeg: accepted.filter { $0 == .jpeg }
            case .png: accepted.filter { $0 == .png }
            }
        return wanted.isEmpty ? accepted : wanted
    }
}

extension Bound {
    /// Without what the provider refuses: that is no part of how a picture looks.
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = [:]
        members["longest_side"] = longestSide.map { .integer(Int64($0)) }
        members["shortest_side"] = shortestSide.map { .integer(Int64($0)) }
        members["pixels"] = pixels.map { .integer(Int64($0)) }
        members["cells"] = cells.map {
            .object(["side": .integer(Int64($0.side)), "most": .integer(Int64($0.most)), "whole": .bool($0.isWhole)])
        }
        if isScaledAnyway { members["scaled_anyway"] = .bool(true) }
        return .object(members)
    }

    /// With another size in place of the model's own. Where the provider scales by a formula of its own, that holds as well.
    fileprivate func resized(longestEdge: Int?, megapixels: Double?) -> Bound {
        guard longestEdge != nil || megapixels != nil else { return self }
        var bound = isScaledAnyway ? self : Bound()
        bound.longestSide = longestEdge
        bound.pixels = megapixels.map { Int($0 * 1e6) }
        return bound
    }
}

/// What a person says of it; nil: nothing.
package struct PreparationWish: Hashable, Sendable {
    package var mode: PrepareMode?
    /// In pixels.
    package var longestEdge: Int?
    package var megapixels: Double?
    package var quality: Int?
    package var background: String?
    package var form: Preparation.Form?

    package init(
        mode: PrepareMode? = nil, longestEdge: Int? = nil, megapixels: Double? = nil, quality: Int? = nil, background: String? = nil,
        form: Preparation.Form? = nil
    ) {
        (self.mode, self.longestEdge, self.megapixels) = (mode, longestEdge, megapixels)
        (self.quality, self.background, self.form) = (quality, background, form)
    }

    private var hasSettings: Bool { longestEdge != nil || megapixels != nil || quality != nil || background != nil || form != nil }

    /// This, and what it does not say as in `other`.
    package func over(_ other: PreparationWish) -> PreparationWish {
        PreparationWish(
            mode: mode ?? (hasSettings && !other.wantsOne ? .fit : other.mode), longestEdge: longestEdge ?? other.longestEdge,
            megapixels: megapixels ?? other.megapixels, quality: quality ?? other.quality, background: background ?? other.background,
            form: form ?? other.form)
    }

    private var wantsOne: Bool { mode == .fit || mode == .all }

    /// Why it cannot be; nil: it can.
    package var objection: String? {
        guard hasSettings, mode == .auto || mode == .never else { return nil }
        return
            "sizes, quality, background and format of pictures belong to fit and all; they are not for \(mode == .auto ? "auto" : "never")"
    }

    /// What a batch's pictures are made into; nil: they are sent as they are, or made into what the provider takes.
    ///
    /// - Parameters:
    ///   - stored: what holds for the batch already, where there is one of the same model. What is not said is as it was.
    ///   - rules: of the provider's profile, which may say what holds where nobody says anything.
    package func preparation(
        over stored: Preparation??, of model: String, detail: ImageDetail?, by rules: ImageRules
    ) -> Preparation? {
        if mode == nil, !hasSettings, let stored { return stored }
        let known = stored ?? nil
        let extent: Preparation.Extent
        switch mode ?? (hasSettings ? known.map { $0.mode == .all ? .all : .fit } ?? .fit : rules.prepare ?? .auto) {
        case .never, .auto: return nil
        case .fit: extent = .fit
        case .all: extent = .all
        }
        let bound = ImageTokens(model: model).bound(detail: detail)
        var made = known ?? Preparation(mode: extent, bound: bound.resized(longestEdge: rules.longestEdge, megapixels: nil))
        made.mode = extent
        if longestEdge != nil || megapixels != nil { made.bound = bound.resized(longestEdge: longestEdge, megapixels: megapixels) }
        made.quality = quality ?? made.quality
        made.background = background ?? made.background
        made.form = form ?? made.form
        return made
    }

    /// `white`, `black`, or six hexadecimal digits, a `#` before them or not; nil: it is no colour.
    package static func colour(_ text: String) -> String? {
        switch text.lowercased() {
        case "white": return "ffffff"
        case "black": return "000000"
        case let text:
            let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
            return digits.utf8.count == 6 && digits.allSatisfy { $0.isASCII && $0.isHexDigit } ? String(digits) : nil
        }
    }

    package static let (edges, megapixelLimits, qualities) = (16...65_500, 0.01...268.0, 1...100)
}
