/// What a lane reserves for a call of a batch: what it is expected to use, prompt and answer.
package enum TokenReserve {
    /// The batch's own average; before its first answers 1,000 tokens and the allowed answer, if that is more. The first answers of many
    /// may happen to be the shortest.
    /// - Parameters:
    ///   - used: by all `answers` together; nil where none told.
    ///   - answerLimit: the most an answer may have; any number.
    package static func perCall(used: Usage, answers: Int, answerLimit: Int?) -> CallUnits {
        func expected(_ used: Int?, atFirst: Int) -> Int {
            guard let used, answers > 0 else { return atFirst }
            let average = max(1, used / answers)
            return answers >= 20 ? average : max(average, atFirst)
        }
        return CallUnits(
            inputTokens: expected(used.inputTokens, atFirst: 1_000),
            outputTokens: expected(used.outputTokens, atFirst: min(answerLimit ?? 300, 1_000_000)))
    }
}
