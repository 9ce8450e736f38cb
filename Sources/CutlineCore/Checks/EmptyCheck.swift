/// A caption without a word, a number or a picture sign, or one of the words by which programs say that there is nothing.
enum EmptyCheck {
    @Sendable static func applies(to caption: CheckedCaption, _: CaptionChecks) -> Bool {
        guard !caption.hasOtherValues else { return false }
        guard caption.parts.count == 1 || caption.json != nil else { return false }
        return caption.parts.allSatisfy { part in
            if part.hasSymbol { return false }
            return part.words.isEmpty || placeholders.contains(part.words.map(\.hash))
        }
    }

    private static let placeholders = Set(["null", "undefined", "nil", "n/a", "nan"].map { CheckedText($0).words.map(\.hash) })
}
