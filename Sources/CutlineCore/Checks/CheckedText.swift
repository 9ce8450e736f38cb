/// A text in words, read once for all checks.
struct CheckedText: Sendable {
    private(set) var words: [Word] = []
    /// Behind the last word.
    private(set) var end: Marks = []
    /// An emoji or another picture sign stands in it.
    private(set) var hasSymbol = false

    init(_ text: String) {
        var reader = WordReader()
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() { reader.read(scalar) }
        reader.finish()
        (words, end, hasSymbol) = (reader.words, reader.marks, reader.hasSymbol)
        if isQuotedWhole { for index in words.indices { words[index].isQuoted = false } }
    }

    /// Where sentences begin: at the first word, and behind a full stop or a line break.
    var sentenceStarts: [Int] {
        words.indices.filter { $0 == 0 || !words[$0].marks.isDisjoint(with: .sentenceEnd) }
    }

    /// The marks in front of the word at `index`, or behind the last one.
    func marks(before index: Int) -> Marks { index < words.count ? words[index].marks : end }

    /// The quotation marks stand around all of it, so it quotes nobody.
    private var isQuotedWhole: Bool {
        end.contains(.quote) && words.first?.isQuoted == true && words.dropFirst().allSatisfy { $0.isQuoted && !$0.marks.contains(.quote) }
    }
}

/// Makes words of scalars, one at a time.
struct WordReader {
    private(set) var words: [Word] = []
    private(set) var marks: Marks = []
    private(set) var hasSymbol = false
    private var isQuoted = false
    /// The word being read, folded.
    private var letters: [UInt32] = []
    private var kind = Word.Kind.word
    /// A mark that joins what stands on both its sides (`don't`, `10,000.5`), held back until the other side is seen.
    private var joint: UInt32?
    /// What was looked up already; 0: the two make no letter.
    private var compositions: [UInt64: UInt32] = [:]

    mutating func read(_ scalar: Unicode.Scalar) {
        let value = Folding.folded(scalar.value)
        if value < 0x80 { return readASCII(value) }
        if Folding.isIgnored(value) { return }
        let script = Script(value)
        switch script {
        case .han, .kana, .thai, .lao, .khmer, .burmese: readUnspaced(scalar, value, script)
        case .latin, .cyrillic, .greek, .arabic, .hebrew, .devanagari, .bengali, .gurmukhi, .gujarati, .tamil, .telugu, .kannada,
            .malayalam, .sinhala, .hangul, .armenian, .georgian, .ethiopic, .other:
            readOther(scalar, value)
        }
    }

    mutating func finish() {
        dropJoint()
        endWord()
    }

    private mutating func readASCII(_ value: UInt32) {
        switch value {
        case 0x61...0x7A: append(value, .word)
        case 0x30...0x39: append(value, .number)
        case 0x27, 0x2D, 0x2E, 0x2C, 0x3A:
            dropJoint()
            if letters.isEmpty { mark(value) } else { joint = value }
        default:
            dropJoint()
            endWord()
            mark(value)
        }
    }

    /// Each letter for itself; a mark belongs to the letter before it.
    private mutating func readUnspaced(_ scalar: Unicode.Scalar, _ value: UInt32, _ script: Script) {
        dropJoint()
        switch Folding.isPlainLetter(value) ? .otherLetter : scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark:
            guard let last = words.indices.last, letters.isEmpty else { return letters.append(value) }
            words[last].hash = Self.mixed(words[last].hash, value)
        case .otherPunctuation, .otherSymbol:
            endWord()
            mark(value)
        default:
            endWord()
            letters.append(value)
            kind = script.kind
            endWord()
        }
    }

    private mutating func readOther(_ scalar: Unicode.Scalar, _ value: UInt32) {
        switch Folding.isPlainLetter(value) ? .otherLetter : scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: append(value, .word)
        case .decimalNumber, .letterNumber, .otherNumber: append(value, .number)
        case .nonspacingMark, .spacingMark, .enclosingMark: readAccent(value)
        case .otherSymbol:
            hasSymbol = true
            fallthrough
        default:
            dropJoint()
            endWord()
            mark(value)
        }
    }

    private mutating func readAccent(_ value: UInt32) {
        guard let last = letters.last else { return }
        let pair = UInt64(last) << 32 | UInt64(value)
        let letter = compositions[pair] ?? Folding.composed(last, value) ?? 0
        compositions[pair] = letter
        if letter == 0 { letters.append(value) } else { letters[letters.count - 1] = letter }
    }

    private mutating func append(_ value: UInt32, _ newKind: Word.Kind) {
        if let mark = joint {
            joint = nil
            if mark == 0x27 || mark != 0x2D && kind == .number && newKind == .number {
                letters.append(mark)
            } else {
                endWord()
                if mark == 0x2D { marks.insert(.hyphen) }
                // `example.com` is no end of a sentence.
                if mark == 0x2C || mark == 0x3A { self.mark(mark) }
            }
        }
        if letters.isEmpty || newKind == .word { kind = newKind }
        letters.append(value)
    }

    /// What looked like a joint was a mark.
    private mutating func dropJoint() {
        guard let mark = joint else { return }
        joint = nil
        endWord()
        self.mark(mark)
    }

    private mutating func endWord() {
        guard let first = letters.first else { return }
        let hash = letters.reduce(Self.seed) { Self.mixed($0, $1) }
        words.append(
            Word(
                hash: hash, kind: kind, script: Script(first), letters: UInt8(min(255, letters.count)), marks: marks, isQuoted: isQuoted,
                isLoop: letters.count >= 16 && Self.isLoop(letters)))
        letters.removeAll(keepingCapacity: true)
        marks = []
    }

    private mutating func mark(_ value: UInt32) {
        switch value {
        case 0x0A, 0x0D, 0x2028, 0x2029:
            marks.insert(.newline)
            // A quotation mark that was never closed (5" of snow) ends with its line.
            isQuoted = false
        case 0x2C, 0x3001, 0x60C: marks.insert(.comma)
        case 0x2E, 0x3F, 0x2026, 0x3002, 0x61F, 0x6D4, 0x964, 0xBF: marks.insert(.stop)
        case 0x21, 0xA1: marks.insert(.exclamation)
        case 0x3A: marks.insert(.colon)
        case 0x22, 0xAB, 0xBB, 0x201C...0x201F:
            marks.insert(.quote)
            isQuoted.toggle()
        case 0x300C, 0x300E, 0x300A:
            marks.insert(.quote)
            isQuoted = true
        case 0x300D, 0x300F, 0x300B:
            marks.insert(.quote)
            isQuoted = false
        default: return
        }
    }

    /// Whether one to four letters return over and over to the end: at least sixteen letters, and five times.
    private static func isLoop(_ letters: [UInt32]) -> Bool {
        (1...4).contains { period in
            var run = 0
            for index in period..<letters.count {
                run = letters[index] == letters[index - period] ? run + 1 : 0
                if run >= 16 { return true }
            }
            return false
        }
    }

    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    /// FNV-1a, a scalar at a time.
    static func mixed(_ hash: UInt64, _ value: UInt32) -> UInt64 { (hash ^ UInt64(value)) &* 0x100_0000_01B3 }

    /// The hash of a sequence of hashes.
    static func mixed(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        let product = (hash ^ value) &* 0x9E37_79B9_7F4A_7C15
        return product ^ (product >> 29)
    }
}
