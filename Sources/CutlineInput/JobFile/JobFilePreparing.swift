import CutlineCore

extension PreparationWish {
    /// The `prepare` of a job file: a mode, or an object with its settings.
    init(json: JSONCursor?) throws(InvalidValue) {
        self.init()
        guard let json else { return }
        guard json.value.object != nil else {
            mode = try Self.word(json)
            return
        }
        _ = try json.members(allowed: ["mode", "longest_edge", "megapixels", "quality", "background", "format"])
        if let member = json["mode"] { mode = try Self.word(member) }
        longestEdge = try json["longest_edge"]?.int(within: Self.edges)
        quality = try json["quality"]?.int(within: Self.qualities)
        if let member = json["megapixels"] {
            let value = try member.positiveDouble()
            guard Self.megapixelLimits.contains(value) else { throw member.invalid("expected at least 0.01 and at most 268") }
            megapixels = value
        }
        if let member = json["background"] {
            guard let colour = Self.colour(try member.string()) else {
                throw member.invalid("expected white, black or six hexadecimal digits, as ffeedd")
            }
            background = colour
        }
        if let member = json["format"] { form = try Self.word(member) }
        if let objection { throw json.invalid(objection) }
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable>(_ member: JSONCursor) throws(InvalidValue) -> Word {
        if let word = Word(rawValue: try member.string()) { return word }
        throw member.invalid("expected one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
}
