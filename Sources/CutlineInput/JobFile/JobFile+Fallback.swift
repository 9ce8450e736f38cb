import CutlineCore

extension JobFile.Fallback {
    private static let most = 8

    static func list(_ member: JSONCursor?) throws(InvalidValue) -> [JobFile.Fallback] {
        guard let member else { return [] }
        let items = try member.items()
        guard items.count <= most else { throw member.invalid("names \(items.count) providers; \(most) at most") }
        var list: [JobFile.Fallback] = []
        for item in items { list.append(try JobFile.Fallback(json: item)) }
        return list
    }

    private init(json: JSONCursor) throws(InvalidValue) {
        _ = try json.members(allowed: ["provider", "model", "price"])
        guard let provider = try JobFile.provider(json["provider"]) else { throw json.invalid("needs a provider") }
        guard let model = json["model"] else { throw json.invalid("needs a model, as that provider calls it") }
        self.provider = provider
        self.model = try model.nonEmptyString()
        price = try json["price"].map(Self.price)
        path = json.path
    }

    /// As `--price` has it, or as in a profile.
    private static func price(_ member: JSONCursor) throws(InvalidValue) -> Price {
        guard case .string(let text) = member.value else { return try Price(json: member) }
        guard let price = Price(text: text) else {
            throw member.invalid("expected US dollars per million tokens of input and output, as \"0.15/0.60\"")
        }
        return price
    }
}
