/// What a lane reserves for a call of a batch: what it is expected to use, prompt and answer.
package enum TokenReserve {
    /// The batch's own average; before its first answers 1,000 tokens and the allowed answer, if that is more. The first answers of many
    /// may happen to be the shortest.
    /// - Parameters:
    ///   - used: by all `answers` together; nil where none told.
    ///   - answerLimit: the most an answer may have; any number.
    package static func perCall(used: Int?, answers: Int, answerLimit: Int?) -> Int {
        let average = answers > 0 ? used.map { max(1, $0 / answers) } : nil
        if let average, answers >= 20 { return average }
        return max(average ?? 0, 1_000 + min(answerLimit ?? 300, 1_000_000))
    }
}
