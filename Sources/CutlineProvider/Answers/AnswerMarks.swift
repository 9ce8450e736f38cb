/// The marks that models write around their thinking and their answers, and that a server should have taken off: data, so that a family more
/// is a line more. Letters count whatever their case.
enum AnswerMarks {
    /// Thinking, which is no part of an answer.
    static let thinking: [(opening: String, closing: String)] =
        ["think", "thinking", "thought", "thoughts", "reasoning", "seed:think", "scratchpad"].map { ("<\($0)>", "</\($0)>") } + [
            ("[think]", "[/think]"), ("◁think▷", "◁/think▷"), ("<|begin_of_thought|>", "<|end_of_thought|>"),
            ("<|start_thinking|>", "<|end_thinking|>"), ("<|channel>thought", "<channel|>"), ("<unused94>", "<unused95>"),
            ("<|think|>", "<|/think|>"),
        ]

    /// Before an answer.
    static let leading = [
        "<s>", "<bos>", "<|begin_of_text|>", "<|startoftext|>", "<|assistant|>", "<|im_start|>assistant", "<|start|>assistant",
        "<|start_header_id|>assistant<|end_header_id|>", "<start_of_turn>model", "<|start_response|>", "<｜begin▁of▁sentence｜>",
        "<｜assistant｜>",
    ]

    /// Behind an answer.
    static let trailing = [
        "</s>", "<eos>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|endoftext|>", "<|end_of_text|>", "<|end|>", "<|return|>",
        "<end_of_turn>", "<|end_of_turn|>", "<|end_response|>", "<｜end▁of▁sentence｜>", "<|user|>", "<|observation|>", "<|eos|>", "<|call|>",
        "<|im_start|>",
    ]

    /// Around an answer, or around its last words.
    static let anywhere = ["<|begin_of_box|>", "<|end_of_box|>"]

    /// Around the whole of an answer.
    static let around = [("<answer>", "</answer>")]

    /// Channels (OpenAI's harmony): what follows the head of a message is its text, and the one for the user is called `final`.
    static let channel = "<|channel|>"
    static let message = "<|message|>"
    static let answerChannel = "final"
    static let endsOfMessage = ["<|end|>", "<|return|>", "<|start|>", "<|call|>", "<|channel|>"]
    /// The same where a server took off the marks and left the words between them.
    static let barChannels = (first: "analysis", answer: "assistantfinal")
}

extension String {
    /// The answer without thinking and without a family's marks. A text that only thinks is empty, and so is one whose thinking does not end
    /// where it was cut at the token limit; else an opening mark without an end is part of the caption.
    func withoutMarks(isCut: Bool) -> String {
        // Most answers have no mark, and nothing to look for.
        guard utf8.contains(where: MarkedText.beginsMark) || hasPrefix(AnswerMarks.barChannels.first) else { return self }
        var text = MarkedText(self).inAnswerChannel
        text = MarkedText(text).withoutFrame
        text = MarkedText(text).behindThinking(isCut: isCut)
        return MarkedText(text).withoutFrame
    }
}

/// A text in which marks are looked for.
private struct MarkedText {
    private let text: String
    private let bytes: [UInt8]
    /// ASCII letters in lower case; of the same length.
    private let lowered: [UInt8]
    /// Where a mark may begin.
    private let starts: [Int]

    /// Of `<`, `[` and `◁`.
    static func beginsMark(_ byte: UInt8) -> Bool { byte == 0x3C || byte == 0x5B || byte == 0xE2 }

    init(_ text: String) {
        self.text = text
        let bytes = Array(text.utf8)
        self.bytes = bytes
        lowered = bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        starts = bytes.indices.filter { Self.beginsMark(bytes[$0]) }
    }

    private func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self).asCaption }
    private func first(_ mark: String, from start: Int = 0) -> Int? {
        starts.first { $0 >= start && lowered[$0...].starts(with: mark.utf8) }
    }
    private func hasPrefix(_ mark: String) -> Bool { lowered.starts(with: mark.utf8) }

    private func last(_ mark: String) -> Int? {
        starts.last { lowered[$0...].starts(with: mark.utf8) && !isQuoted($0, $0 + mark.utf8.count) }
    }

    /// A caption may speak of a mark that is to be seen in the picture.
    private func isQuoted(_ start: Int, _ end: Int) -> Bool {
        guard start > 0, end < bytes.count else { return false }
        let quotes: [UInt8] = [0x22, 0x27, 0x60]
        return quotes.contains(bytes[start - 1]) && quotes.contains(bytes[end])
    }

    /// What stands in the channel for the user; empty where all stands in others. Without channels it is the text.
    var inAnswerChannel: String {
        guard first(AnswerMarks.channel) != nil else {
            let words = AnswerMarks.barChannels
            guard hasPrefix(words.first), let head = lowered.firstIndex(of: Array(words.answer.utf8), from: 0) else { return text }
            return part(head + words.answer.utf8.count..<bytes.count)
        }
        let mark = AnswerMarks.channel + AnswerMarks.answerChannel
        guard let head = last(mark) else { return "" }
        let start = first(AnswerMarks.message, from: head).map { $0 + AnswerMarks.message.utf8.count } ?? head + mark.utf8.count
        let end = AnswerMarks.endsOfMessage.compactMap { first($0, from: start) }.min() ?? bytes.count
        return part(start..<end)
    }

    func behindThinking(isCut: Bool) -> String {
        let ends = AnswerMarks.thinking.compactMap { mark in last(mark.closing).map { $0 + mark.closing.utf8.count } }
        if let end = ends.max() { return part(end..<bytes.count) }
        return isCut && AnswerMarks.thinking.contains { hasPrefix($0.opening) } ? "" : text
    }

    /// Without what a family always adds, as often as it stands there.
    var withoutFrame: String {
        var (start, end) = (0, bytes.count)
        var isDone = false
        while !isDone {
            isDone = true
            while start < end, Self.isSpace(bytes[start]) { start += 1 }
            while start < end, Self.isSpace(bytes[end - 1]) { end -= 1 }
            let inner = lowered[start..<end]
            if let mark = AnswerMarks.leading.first(where: { inner.starts(with: $0.utf8) }) {
                (start, isDone) = (start + mark.utf8.count, false)
            } else if let mark = AnswerMarks.trailing.first(where: { inner.suffix($0.utf8.count).elementsEqual($0.utf8) }) {
                (end, isDone) = (end - mark.utf8.count, false)
            } else if let (head, tail) = AnswerMarks.around.first(where: { head, tail in
                inner.starts(with: head.utf8) && inner.suffix(tail.utf8.count).elementsEqual(tail.utf8)
                    && inner.count >= head.utf8.count + tail.utf8.count
            }) {
                (start, end, isDone) = (start + head.utf8.count, end - tail.utf8.count, false)
            }
        }
        let inner = part(start..<end)
        guard AnswerMarks.anywhere.contains(where: { first($0) != nil }) else { return start == 0 && end == bytes.count ? text : inner }
        return AnswerMarks.anywhere.reduce(inner) { $0.replacing($1, with: "") }.asCaption
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
