/// The model declines instead of describing, at the opening of a sentence. What stands in quotation marks is said by somebody in the picture.
enum RefusalCheck {
    @Sendable static func applies(to caption: CheckedCaption, _: CaptionChecks) -> Bool { caption.parts.contains(where: declines) }

    private static func declines(_ text: CheckedText) -> Bool {
        text.sentenceStarts.contains { start in
            guard !text.words[start].isQuoted else { return false }
            if phrases.end(in: text, from: start) != nil { return true }
            // Hmm, …
            return fillers.contains(text.words[start].hash) && phrases.end(in: text, from: start + 1) != nil
        }
    }

    private static let fillers = Set(
        ["hmm", "oh", "well", "but", "however", "so", "and", "okay", "aber", "mais", "pero", "ma", "mas", "но", "但"].compactMap {
            CheckedText($0).words.first?.hash
        })
}
