/// How large a picture is worth sending: the most that its model looks at, and the most that its provider takes at all. Nil: no limit.
package struct Bound: Codable, Hashable, Sendable {
    /// Squares that a model lays over a picture.
    package struct Cells: Codable, Hashable, Sendable {
        /// In pixels.
        package var side: Int
        package var most: Int
        /// Whether a picture with too many is scaled until one of its sides is whole cells, as OpenAI does.
        package var isWhole = false
    }

    package var longestSide: Int?
    /// Of the shorter side the most.
    package var shortestSide: Int?
    /// The most of both sides multiplied.
    package var pixels: Int?
    package var cells: Cells?
    /// Whether the provider scales to this itself, by a formula: more than that is of no use, and other shapes may count more.
    package var isScaledAnyway = false
    /// What the provider refuses above.
    package var mostSide: Int?
    package var mostPixels: Int?

    package init(longestSide: Int? = nil, shortestSide: Int? = nil, cells: Cells? = nil, isScaledAnyway: Bool = false) {
        (self.longestSide, self.shortestSide, self.cells, self.isScaledAnyway) = (longestSide, shortestSide, cells, isScaledAnyway)
    }

    /// The same for a provider that refuses larger pictures.
    package func taken(by rules: ImageRules) -> Bound {
        var bound = self
        (bound.mostSide, bound.mostPixels) = (rules.maxSide, rules.maxPixels)
        return bound
    }

    /// Below this a shorter side is not scaled: panoramas and screenshots of whole pages stay legible.
    private static let legible = 200

    /// The largest size of the same shape that holds to the bound; never larger than the picture.
    package func fitted(_ size: PictureSize) -> PictureSize {
        let (size, looked) = (size.credible, looked(at: size))
        let shortest = min(size.shorterSide, Self.legible)
        guard !isScaledAnyway, looked.longerSide * size.shorterSide < shortest * size.longerSide else { return looked }
        let legible = size.largest { isTaken($0) && $0.isThin(as: size, Self.legible) }
        let isCheap = cells.map { !$0.isWhole || legible.cells(of: $0.side) <= $0.most } ?? true
        return isCheap ? legible : looked
    }

    /// What a model that scales to the bound itself sees of a picture.
    func looked(at size: PictureSize) -> PictureSize {
        let size = size.credible
        return inWholeCells(size.largest { isTaken($0) && isLookedAt($0, of: size) }, of: size)
    }

    private func isTaken(_ size: PictureSize) -> Bool {
        size.longerSide <= mostSide ?? .max && size.width * size.height <= mostPixels ?? .max
    }

    private func isLookedAt(_ size: PictureSize, of picture: PictureSize) -> Bool {
        size.longerSide <= longestSide ?? .max && size.isThin(as: picture, shortestSide ?? picture.shorterSide)
            && size.width * size.height <= pixels ?? .max && cells.map { $0.isWhole || size.cells(of: $0.side) <= $0.most } ?? true
    }

    /// The largest size that merely fits has more cells than what the provider's formula comes to.
    private func inWholeCells(_ size: PictureSize, of picture: PictureSize) -> PictureSize {
        guard let cells, cells.isWhole else { return size }
        let (noise, side) = (1e-9, Double(cells.side))
        // As it is before anything is rounded.
        let shrunk = Double(size.longerSide) / Double(picture.longerSide)
        let (width, height) = (Double(picture.width) * shrunk, Double(picture.height) * shrunk)
        let count = (width / side - noise).rounded(.up) * (height / side - noise).rounded(.up)
        guard count > Double(cells.most) else { return size }
        let scale = (side * side * Double(cells.most) / (width * height)).squareRoot()
        let (columns, rows) = (width * scale / side, height * scale / side)
        let whole = min(columns.rounded(.down) / columns, rows.rounded(.down) / rows)
        // Of a strip that is thinner than a cell no row is whole.
        guard whole > 0 else { return size.largest { $0.cells(of: cells.side) <= cells.most } }
        return PictureSize(
            width: max(1, Int(width * scale * whole + noise)), height: max(1, Int(height * scale * whole + noise)))
    }
}

extension PictureSize {
    package var longerSide: Int { max(width, height) }
    package var shorterSide: Int { min(width, height) }

    /// A damaged header may claim anything.
    fileprivate var credible: PictureSize { PictureSize(width: min(max(width, 1), 1_000_000), height: min(max(height, 1), 1_000_000)) }

    /// Whether the shorter side is within a limit, before it is rounded down, as a scaling of `picture`.
    fileprivate func isThin(as picture: PictureSize, _ most: Int) -> Bool {
        longerSide * picture.shorterSide <= min(most, picture.shorterSide) * picture.longerSide
    }

    fileprivate func cells(of side: Int) -> Int { ((width + side - 1) / side) * ((height + side - 1) / side) }

    /// The largest of this shape, of those up to itself, that meets what all smaller ones meet, too. The shorter side is rounded down.
    fileprivate func largest(_ meets: (PictureSize) -> Bool) -> PictureSize {
        if meets(self) { return self }
        var (fits, tooLarge) = (1, longerSide)
        while fits + 1 < tooLarge {
            let middle = (fits + tooLarge) / 2
            if meets(scaled(longerSide: middle)) { fits = middle } else { tooLarge = middle }
        }
        return scaled(longerSide: fits)
    }

    private func scaled(longerSide side: Int) -> PictureSize {
        let other = max(1, side * shorterSide / longerSide)
        return width >= height ? PictureSize(width: side, height: other) : PictureSize(width: other, height: side)
    }
}
