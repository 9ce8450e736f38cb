extension Price {
    /// `0.15/0.60`: US dollars per million tokens of input and of output.
    package init?(text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Money(dollarText: $0) }
        guard parts.count == 2, let input = parts[0], let output = parts[1] else { return nil }
        self.init(inputPerMillion: input, outputPerMillion: output)
    }
}

extension Money {
    /// Digits with a point among them; not so small that nothing is left of it.
    package init?(dollarText text: Substring) {
        guard !text.isEmpty, text.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }), let dollars = Double(text) else { return nil }
        self.init(dollars: dollars)
        if self == .zero, dollars > 0 { return nil }
    }
}
