import CutlineCore

extension Excess {
    /// What a refusal for the pace says of one call that no window ever holds: "Limit 6000, Requested 12328", or members of these names.
    /// Nil where the call would fit into an empty window.
    init?(in report: ErrorReport) {
        let error = report.root["error"]
        let places = [error, error?["details"], error?["metadata"], report.root["details"], report.root]
        let told = places.lazy.compactMap { Excess($0?["limit"]?.wireNumber, $0?["requested"]?.wireNumber) }.first
        guard let excess = told ?? Excess(sentence: report.message) else { return nil }
        self = excess
    }

    private init?(_ limit: Double?, _ requested: Double?) {
        guard let limit, let requested, limit >= 0, requested > limit, requested < 1e12 else { return nil }
        self.init(limit: Int(limit), requested: Int(requested))
    }

    private init?(sentence: String) {
        let text = String(sentence.prefix(4_000)).lowercased()
        let limit = text.number(after: ["limit", "limit of", "limit is", "maximum", "maximum of", "allowed", "max"])
        let requested = text.number(after: [
            "requested", "requested about", "request needs", "request has", "request uses", "requires", "needs",
        ])
        self.init(limit, requested)
    }
}

extension String {
    /// The first whole number behind one of these words, as `Limit: 30,000`, `limit of 30 000`, `Limit=6000`.
    fileprivate func number(after words: [String]) -> Double? {
        words.lazy.compactMap { word in
            var rest = self[...]
            while let range = rest.firstRange(of: word) {
                rest = rest[range.upperBound...]
                if let number = rest.drop(while: { ": =*`".contains($0) }).wholeNumber { return number }
            }
            return nil
        }.first
    }
}

extension Substring {
    /// Digits, with or without separators between thousands: `12,328`, `12_328`, `12.328`, `12 328`, `12'328`.
    fileprivate var wholeNumber: Double? {
        var digits = prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 12 else { return nil }
        var text = String(digits)
        var rest = dropFirst(digits.count)
        while digits.count <= 3, let separator = rest.first, ",._'’ \u{A0}\u{202F}".contains(separator) {
            digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard digits.count == 3 else { break }
            text += digits
            rest = rest.dropFirst(4)
        }
        return Double(text)
    }
}
