/// What the model was told, so that it can be found again in what it says.
///
/// A caption may well repeat what a prompt says of the picture; what is looked for are sentences that give an order, and long runs of words.
struct Instructions: Sendable {
    /// Orders of at least four words, as the hashes of their words.
    private var sentences: Set<UInt64> = []
    /// Every eight words in a row that hold a word of instruction.
    private var runs: Set<UInt64> = []
    /// Every sixteen words in a row.
    private var longRuns: Set<UInt64> = []
    /// Words with a colon behind them: a form that the answer was to have.
    private(set) var labels: Set<UInt64> = []

    private static let (shortest, run, longRun) = (4, 8, 16)

    init(prompt: String, system: String?) {
        for text in [prompt, system ?? ""].map({ CheckedText($0) }) {
            for sentence in text.clauses where Self.weight(text.words[sentence]) >= Self.shortest && Self.instructs(text.words[sentence]) {
                sentences.insert(Self.hash(text.words[sentence]))
            }
            text.forEachRun(of: Self.run) { if Self.instructs($0) { runs.insert($1) } }
            text.forEachRun(of: Self.longRun) { longRuns.insert($1) }
            for index in text.words.indices where text.marks(before: index + 1).contains(.colon) { labels.insert(text.words[index].hash) }
        }
    }

    func areRepeated(in text: CheckedText) -> Bool {
        guard !sentences.isEmpty || !longRuns.isEmpty || !runs.isEmpty else { return false }
        if text.clauses.contains(where: { sentences.contains(Self.hash(text.words[$0])) }) { return true }
        var isFound = false
        text.forEachRun(of: Self.run) { if runs.contains($1) { isFound = true } }
        text.forEachRun(of: Self.longRun) { if longRuns.contains($1) { isFound = true } }
        return isFound
    }

    /// Two characters of a script without spaces say about as much as a word.
    private static func weight(_ words: ArraySlice<Word>) -> Int {
        words.reduce(0) { $0 + ($1.kind == .ideograph || $1.kind == .syllable ? 1 : 2) } / 2
    }

    private static func hash(_ words: ArraySlice<Word>) -> UInt64 { words.reduce(WordReader.seed) { WordReader.mixed($0, $1.hash) } }

    private static func instructs(_ words: ArraySlice<Word>) -> Bool { words.contains { orders.contains($0.hash) } }

    private static let orders = Set(
        """
        describe write caption captions answer respond reply return generate provide mention avoid use include output list give name start begin don't
        do must should never only sentence sentences words you your image-description
        beschreibe beschreiben schreibe schreib antworte nenne nenn vermeide verwende gib erzeuge liste du dein deine sätzen satz
        décris décrivez écris écrivez réponds répondez donne donnez évite utilisez utilise tu vous phrase
        describe describa escribe escriba responde responda evita usa menciones genera oración frase
        descrivi scrivi rispondi evita usa fornisci frase descreva escreva responda evite use gere
        beschrijf schrijf antwoord opisz napisz odpowiedz опиши опишите напиши напишите ответь ответьте укажи не beskriv skriv açıkla yaz
        描 请 請 写 寫 答 述 不 说 説 書 明 설명하세요 설명해 작성하세요 적어 صف اكتب
        """.split { $0 == " " || $0 == "\n" }.compactMap { CheckedText(String($0)).words.first?.hash })
}

extension CheckedText {
    /// Parts between full stops, line breaks and colons.
    fileprivate var clauses: [Range<Int>] {
        var (clauses, start) = ([Range<Int>](), 0)
        for index in words.indices.dropFirst() where !words[index].marks.isDisjoint(with: Marks.sentenceEnd.union(.colon)) {
            clauses.append(start..<index)
            start = index
        }
        return words.isEmpty ? [] : clauses + [start..<words.count]
    }

    /// Each row of words that weighs as much as `count` words, with its hash.
    fileprivate func forEachRun(of count: Int, _ body: (ArraySlice<Word>, UInt64) -> Void) {
        guard let kind = words.first?.kind else { return }
        let length = kind == .ideograph || kind == .syllable ? count * 2 : count
        guard words.count >= length else { return }
        var hashes = RollingHash(length: length)
        for index in words.indices {
            let hash = hashes.add(words[index].hash, removing: index >= length ? words[index - length].hash : 0)
            if index + 1 >= length { body(words[(index + 1 - length)...index], hash) }
        }
    }
}

/// The hash of the last so many values, one step a value.
struct RollingHash {
    private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
    private let outgoing: UInt64
    private var hash: UInt64 = 0

    init(length: Int) { outgoing = (0..<length).reduce(UInt64(1)) { power, _ in power &* Self.base } }

    mutating func add(_ value: UInt64, removing old: UInt64) -> UInt64 {
        hash = hash &* Self.base &+ value &- old &* outgoing
        return hash
    }
}
