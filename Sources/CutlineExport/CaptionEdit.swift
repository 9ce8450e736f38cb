import CutlineCore

/// What a training wants said otherwise than the captions have it: trigger words, other words, one line. Stored captions stay what they are.
///
/// In this order: the replacements, each on what the one before it left; the words in front and behind; line breaks become spaces. So no
/// replacement reaches the trigger words, and one line is one line whatever was put in.
package struct CaptionEdit: Hashable, Sendable {
    /// Byte for byte, everywhere in the caption.
    package struct Replacement: Hashable, Sendable {
        /// Not empty.
        package var from: String
        package var to: String

        package init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    package var replacements: [Replacement]
    package var prefix: String
    package var suffix: String
    /// Whether line breaks become spaces: some trainers read the first line only.
    package var isOneLine: Bool

    package init(replacements: [Replacement] = [], prefix: String = "", suffix: String = "", isOneLine: Bool = false) {
        self.replacements = replacements
        self.prefix = prefix
        self.suffix = suffix
        self.isOneLine = isOneLine
    }

    private var isNone: Bool { self == CaptionEdit() }

    /// The record as it is exported, with those that are brought together with it.
    func applied(to record: Record, _ report: inout ExportReport) -> Record {
        guard !isNone else { return record }
        var whole = record
        whole.group = record.group.map { edited($0, &report) }
        guard whole.group.isEmpty else { return whole }
        return edited(record, &report)
    }

    private func edited(_ record: Record, _ report: inout ExportReport) -> Record {
        guard let text = record.caption?.text else { return record }
        var record = record
        let edited = edited(text, of: record, &report)
        record.caption?.text = edited
        return record
    }

    private func edited(_ text: String, of record: Record, _ report: inout ExportReport) -> String {
        guard !text.isEmpty else { return text }
        let replaced = replaced(text, &report)
        // Nothing was left of it: trigger words alone are no caption.
        guard replaced.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else { return "" }
        let whole = prefix + replaced + suffix
        guard isOneLine, whole.hasLineBreaks else { return whole }
        report.remark(.joinedLines, record)
        return whole.joinedLines
    }

    private func replaced(_ text: String, _ report: inout ExportReport) -> String {
        guard !replacements.isEmpty else { return text }
        // Bytes, not characters: a letter with a combining mark is another character.
        var bytes = Array(text.utf8)
        for (index, replacement) in replacements.enumerated() {
            let after = bytes.replacing(Array(replacement.from.utf8), with: Array(replacement.to.utf8))
            if after != bytes { report.usedReplacements.insert(index) }
            bytes = after
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    var hasLineBreaks: Bool { unicodeScalars.contains(where: Self.breaksLine) }

    /// Each run of line breaks becomes a space; at the ends nothing is left of them.
    fileprivate var joinedLines: String {
        unicodeScalars.split(whereSeparator: Self.breaksLine).map(String.init).joined(separator: " ")
    }

    private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
