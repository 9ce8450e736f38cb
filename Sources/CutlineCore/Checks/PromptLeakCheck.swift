/// Something of the conversation stands in the caption: instructions, a preamble or an offer to the user, or a marker of the chat form.
enum PromptLeakCheck {
    @Sendable static func applies(to caption: CheckedCaption, _ checks: CaptionChecks) -> Bool {
        ChatMarker.occurs(in: caption.text)
            || caption.parts.contains { checks.instructions.areRepeated(in: $0) || chats($0, checks.instructions) }
    }

    private static func chats(_ text: CheckedText, _ instructions: Instructions) -> Bool {
        guard !text.words.isEmpty else { return false }
        return opensWithLabel(text, instructions) || openings(of: text).contains { introduces(text, from: $0) } || offersMore(text)
    }

    /// The beginning, and what stands behind a short label.
    private static func openings(of text: CheckedText) -> [Int] {
        let label = text.words.indices.prefix(4).dropFirst().first { text.words[$0].marks.contains(.colon) }
        return [0] + [label].compactMap(\.self)
    }

    /// `Sure!`, `Here is a caption:`
    private static func introduces(_ text: CheckedText, from start: Int) -> Bool {
        guard !text.words[start].isQuoted else { return false }
        if announcements.end(in: text, from: start) != nil { return true }
        if let end = agreements.end(in: text, from: start) {
            if text.marks(before: end).contains(.exclamation) { return true }
            // Sure, here's …; もちろんです。以下は…
            if !text.marks(before: end).isDisjoint(with: [.comma, .stop]), presents(text, from: end) { return true }
        }
        return (start..<min(start + 10, text.words.count)).contains { presents(text, from: $0) }
    }

    /// What is presented must be the caption itself: a colon or a new line follows, or it is said whose it is.
    private static func presents(_ text: CheckedText, from start: Int) -> Bool {
        guard start < text.words.count, !text.words[start].isQuoted, let end = presentations.end(in: text, from: start) else {
            return false
        }
        let next = (end...min(end + 8, text.words.count)).first { !text.marks(before: $0).isDisjoint(with: [.colon, .newline, .stop]) }
        guard let next else { return false }
        if !text.marks(before: next).isDisjoint(with: [.colon, .newline]) { return true }
        return subjects.end(in: text, from: end) == next
    }

    /// `Caption: …`, where the prompt asked for no such form.
    private static func opensWithLabel(_ text: CheckedText, _ instructions: Instructions) -> Bool {
        guard !text.words[0].isQuoted, let end = labels.end(in: text, from: 0), end < text.words.count else { return false }
        return text.marks(before: end).contains(.colon) && !instructions.labels.contains(text.words[0].hash)
    }

    /// `Let me know if …`, in one of the last two sentences.
    private static func offersMore(_ text: CheckedText) -> Bool {
        text.sentenceStarts.dropFirst().suffix(2).contains { !text.words[$0].isQuoted && offers.end(in: text, from: $0) != nil }
    }
}

/// Markers by which chat templates tell who speaks. None of them is ever part of a caption, except where a picture shows one; that is rare
/// enough to be looked at by a person.
enum ChatMarker {
    private static let anywhere = [
        "<|im_end|>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<start_of_turn>", "<end_of_turn>", "<end_of_utterance>", "</s>",
        "<bos>", "<eos>", "[/ASSISTANT]", "<0x0A>",
    ].map { Array($0.utf8) }
    /// At the start of a line.
    private static let ofLines = [
        "ASSISTANT:", "Assistant:", "assistant:", "USER:", "Human:", "### Response", "### Instruction", "### Assistant", "### Input",
        "<s>", "<image>", "<|",
    ].map { Array($0.utf8) }

    static func occurs(in text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var isLineStart = true
            for (index, byte) in bytes.enumerated() {
                defer { isLineStart = byte == 0x0A || (isLineStart && (byte == 0x20 || byte == 0x2A)) }
                if byte == UInt8(ascii: "<") || byte == UInt8(ascii: "[") {
                    let rest = bytes[index...]
                    if isSpecialToken(rest) || anywhere.contains(where: { rest.starts(with: $0) }) { return true }
                }
                if isLineStart, ofLines.contains(where: { bytes[index...].starts(with: $0) }) { return true }
            }
            return false
        }
    }

    /// `<|` and at most forty letters, digits and underscores, `|>`.
    private static func isSpecialToken(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard rest.starts(with: Array("<|".utf8)) else { return false }
        let name = rest.dropFirst(2).prefix(41)
        guard let end = name.firstIndex(of: UInt8(ascii: "|")), end > name.startIndex else { return false }
        let isName = name[..<end].allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || (0x30...0x39).contains($0) || $0 == 0x5F }
        return isName && rest[end...].dropFirst().first == UInt8(ascii: ">")
    }
}
