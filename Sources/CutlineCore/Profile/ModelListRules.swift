/// Where a provider lists its models, and what its list leaves out.
package struct ModelListRules: Codable, Hashable, Sendable {
    /// Appended to the base URL without a double slash.
    package var path: String
    /// Whether the list is given only to those who show their key; else none is sent.
    package var needsKey: Bool
    /// Names (`NamePattern`) of models that take pictures, for lists that do not say.
    package var visionPatterns: [String]
    /// Names of models that take none; these are looked at first.
    package var noVisionPatterns: [String]

    package init(path: String = "/models", needsKey: Bool = false, visionPatterns: [String] = [], noVisionPatterns: [String] = []) {
        self.path = path
        self.needsKey = needsKey
        self.visionPatterns = visionPatterns
        self.noVisionPatterns = noVisionPatterns
    }

    /// Nil where no pattern fits.
    package func takesPictures(_ model: String) -> Bool? {
        if noVisionPatterns.contains(where: { NamePattern($0).fits(model) }) { return false }
        return visionPatterns.contains { NamePattern($0).fits(model) } ? true : nil
    }
}

extension ModelListRules {
    /// `path`, `needs_key`, `vision_patterns`, `no_vision_patterns`; what is absent stays as it is in `base`.
    package init(json: JSONCursor, extending base: ModelListRules?) throws(InvalidValue) {
        _ = try json.members(allowed: ["path", "needs_key", "vision_patterns", "no_vision_patterns"])
        var rules = base ?? ModelListRules()
        if let member = json["path"] { rules.path = try member.nonEmptyString() }
        if let member = json["needs_key"] {
            guard let flag = member.value.bool else { throw member.invalid("expected true or false") }
            rules.needsKey = flag
        }
        if let member = json["vision_patterns"] { rules.visionPatterns = try Self.patterns(member) }
        if let member = json["no_vision_patterns"] { rules.noVisionPatterns = try Self.patterns(member) }
        self = rules
    }

    private static func patterns(_ member: JSONCursor) throws(InvalidValue) -> [String] {
        var patterns: [String] = []
        for item in try member.items() { patterns.append(try item.nonEmptyString()) }
        return patterns
    }
}

extension Profile {
    /// What a model costs here: as the user says, else as the provider's list said when the batch was last run.
    package func price(of model: String) -> Price? { prices?[model] ?? listedPrices?[model] }

    /// Reads `prices`: an object with a model's name for each price.
    static func prices(_ json: JSONCursor, over base: [String: Price]?) throws(InvalidValue) -> [String: Price] {
        var prices = base ?? [:]
        for model in try json.object().keys.sorted() {
            prices[model] = try json[model].map { member throws(InvalidValue) in try Price(json: member) }
        }
        return prices
    }
}
