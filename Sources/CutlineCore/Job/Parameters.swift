/// How much of a picture the model looks at (`image_url.detail`).
package enum ImageDetail: String, Codable, CaseIterable, Sendable {
    case auto, low, high, original
}

/// The parameters of a batch. What was not asked for is not sent.
package struct Parameters: Codable, Hashable, Sendable {
    package var maxTokens: Int?
    package var temperature: Double?
    package var detail: ImageDetail?
    /// Any further member of the request body, sent as given. Null: not sent, even where the profile adds it.
    package var others: [String: JSONValue]

    package init(
        maxTokens: Int? = nil, temperature: Double? = nil, detail: ImageDetail? = nil, others: [String: JSONValue] = [:]
    ) {
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.detail = detail
        self.others = others
    }

    package init(json: JSONCursor) throws(InvalidValue) {
        self.init(others: try json.object())
        for key in ["model", "messages"] {
            if let member = json[key] { throw member.invalid("is not a parameter; it is set by Cutline") }
        }
        if let member = json["n"], member.value.int != 1 {
            throw member.invalid("asks for several answers of which all are paid for and one is kept; leave it out")
        }
        if let member = json["stream"] {
            throw member.invalid("is not a parameter: a caption is the same either way; give --stream, or `stream` in the profile")
        }
        others = others.filter { !["max_tokens", "temperature", "detail"].contains($0.key) }
        maxTokens = try json["max_tokens"]?.positiveInt()
        if let member = json["temperature"] {
            guard let number = member.value.double, number >= 0, number.isFinite else {
                throw member.invalid("expected a number of at least 0")
            }
            temperature = number
        }
        if let member = json["detail"] {
            guard let detail = ImageDetail(rawValue: try member.string()) else {
                throw member.invalid("expected one of \(ImageDetail.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            self.detail = detail
        }
    }

    /// These, and those of `json` in their place.
    package func merged(with json: JSONCursor) throws(InvalidValue) -> Parameters {
        let given = try Parameters(json: json)
        return Parameters(
            maxTokens: given.maxTokens ?? maxTokens, temperature: given.temperature ?? temperature, detail: given.detail ?? detail,
            others: others.merging(given.others) { $1 })
    }
}
