/// What one call takes of the limits of its lane: what it is expected to use, or did.
package struct CallUnits: Hashable, Sendable {
    package var inputTokens: Int
    package var outputTokens: Int
    /// Prompt and answer; where a provider told more than their sum, that.
    private var allTokens: Int

    package init(inputTokens: Int, outputTokens: Int) {
        (self.inputTokens, self.outputTokens) = (inputTokens, outputTokens)
        let (sum, isTooLarge) = inputTokens.addingReportingOverflow(outputTokens)
        allTokens = isTooLarge ? .max : sum
    }

    package static let noTokens = CallUnits(inputTokens: 0, outputTokens: 0)

    package subscript(kind: MeterKind) -> Int {
        switch kind {
        case .requests: 1
        case .tokens: allTokens
        case .inputTokens: inputTokens
        case .outputTokens: outputTokens
        }
    }

    /// What it really used; what the answer does not tell stays as it was expected.
    func corrected(by usage: Usage) -> CallUnits {
        var units = CallUnits(inputTokens: usage[.inputTokens] ?? inputTokens, outputTokens: usage[.outputTokens] ?? outputTokens)
        units.allTokens = usage[.tokens] ?? allTokens
        return units
    }
}

extension Usage {
    /// Nil where the answer did not tell. A limit takes the larger of two readings.
    subscript(kind: MeterKind) -> Int? {
        switch kind {
        case .requests: 1
        case .tokens: [totalTokens, tokensAtMost].compactMap(\.self).max().map { max(0, $0) }
        case .inputTokens: inputTokens.map { max(0, $0) }
        case .outputTokens: outputTokens.map { max(0, $0) }
        }
    }
}
