/// The caption is in another language than the one asked for. Who is not sure says nothing:
///
/// * another script needs twelve letters (four characters of Chinese or Japanese) and three fifths of all letters;
/// * another language of the same script needs three function words that the asked one does not have, two of them different ones, and three times
///   as many as the other way round.
///
/// What stands in quotation marks is left out: titles and signs keep their language.
enum LanguageCheck {
    @Sendable static func applies(to caption: CheckedCaption, _ checks: CaptionChecks) -> Bool {
        guard let language = checks.rules.language, let script = language.script else { return false }
        let words = caption.parts.flatMap { part in part.words.filter { !$0.isQuoted && $0.kind != .number } }
        return isInOtherScript(words, script) || isOfSisterLanguage(words, language.code)
    }

    private static func isInOtherScript(_ words: [Word], _ script: Script) -> Bool {
        let counts = letters(words)
        let all = counts.values.reduce(0, +)
        let own = (script == .kana ? counts[.han, default: 0] : 0) + counts[script, default: 0]
        let foreign = all - own
        if script == .han, counts[.kana, default: 0] * 10 >= max(1, all), all >= 12 { return true }
        if script == .kana, counts[.kana, default: 0] == 0, counts[.han, default: 0] >= 30, counts[.han, default: 0] * 5 >= all * 3 {
            return true
        }
        return foreign >= 12 && foreign * 5 >= all * 3
    }

    /// A character of Chinese or Japanese says as much as three letters.
    private static func letters(_ words: [Word]) -> [Script: Int] {
        words.reduce(into: [:]) { $0[$1.script, default: 0] += $1.kind == .ideograph ? 3 : Int($1.letters) }
    }

    private static func isOfSisterLanguage(_ words: [Word], _ code: String) -> Bool {
        guard let own = FunctionWords.sets[code] else { return false }
        var counts: [UInt64: Int] = [:]
        for word in words where FunctionWords.owners[word.hash] != nil { counts[word.hash, default: 0] += 1 }
        return FunctionWords.sets.contains { other, theirs in
            guard other != code, CaptionLanguage.scripts[other] == CaptionLanguage.scripts[code] else { return false }
            var (foreign, native, different) = (0, 0, 0)
            for (word, count) in counts {
                let owners = FunctionWords.owners[word, default: 0]
                switch (owners & own != 0, owners & theirs != 0) {
                case (false, true): (foreign, different) = (foreign + count, different + 1)
                case (true, false): native += count
                case (true, true), (false, false): continue
                }
            }
            return foreign >= 3 && different >= 2 && foreign >= 3 * native
        }
    }
}

/// The small words by which a language is known.
enum FunctionWords {
    /// A bit for each language that has a list.
    static let sets: [String: UInt64] = Dictionary(
        uniqueKeysWithValues: lists.keys.sorted().enumerated().map { ($1, UInt64(1) << UInt64($0)) })

    /// The languages that a word belongs to, by its hash.
    static let owners: [UInt64: UInt64] = lists.reduce(into: [:]) { owners, list in
        for word in list.value.split(separator: " ") {
            if let hash = CheckedText(String(word)).words.first?.hash { owners[hash, default: 0] |= sets[list.key, default: 0] }
        }
    }

    private static let lists: [String: String] = [
        "en":
            "the a an of and is are in on at with to from by for that this its it there which while has have as into over under two i you he she we they but not or can",
        "de":
            "der die das ein eine einen einem einer und ist sind im in auf mit zu von vom am an bei für dem den des nicht sich über unter vor hinter neben wird es aus zwei zum zur ich du wir sie er man aber oder kann ihr",
        "fr":
            "le la les un une des du de et est sont dans sur avec à au aux pour par qui que ce cette il elle sous deux en devant derrière pendant tandis je tu nous vous ils mais ou ne pas",
        "es":
            "el la los las un una unos unas de del y es está están en con sobre por para que se su al bajo hay dos mientras junto lo yo pero o no",
        "it":
            "il lo la i gli le un uno una di del della dello dei delle e è sono in nel nella sul sulla con per che si al alla da due mentre ai dal io ma o non",
        "pt":
            "o a os as um uma de do da dos das e é está estão em no na nos nas com por para que se ao à sobre sob dois duas há seu sua eu mas ou não",
        "ca": "el la els les un una uns unes de del dels i és està en amb sobre per que es al als a sota hi ha dos mentre seu jo però o no",
        "nl":
            "de het een en is zijn in op met van voor aan bij door die dat naar uit onder over ligt staat te er zit twee zitten liggen ik je wij ze maar of niet kan",
        "sv":
            "en ett och är i på med av för till från som det den de vid under över har ligger står sitter två att jag du vi men eller inte kan",
        "da":
            "en et og er i på med af for til fra som det den de ved under over har ligger står sidder to at mens jeg du vi men eller ikke kan",
        "nb":
            "en et og er i på med av for til fra som det den de ved under over har ligger står sitter to å mens jeg du vi men eller ikke kan",
        "no":
            "en et og er i på med av for til fra som det den de ved under over har ligger står sitter to å mens jeg du vi men eller ikke kan",
        "fi": "ja on ovat joka jossa kun sekä että vieressä edessä päällä alla hän se ne kanssa kaksi takana",
        "et": "ja on mis kus kui ning et juures ees peal all ta see need koos kaks taga",
        "pl": "i w na z do jest są się nie od po przy pod nad za oraz który która które a jak o dwa dwie ze to ja my ale lub",
        "cs": "a v na s do je jsou se si z od po při pod nad za který která které u ve dva dvě o k že ze já my ale nebo",
        "sk": "a v na s do je sú sa si z od po pri pod nad za ktorý ktorá ktoré u vo dva dve o k že zo",
        "sl": "in v na s z do je so se od po pri pod nad za ki ob dva dve ter ali",
        "hr": "i u na s sa do je su se od po pri pod nad za koji koja koje uz dva dvije te ili",
        "ro": "un o și este sunt în pe cu de la din care se al ale lui sub peste doi două lângă unui unei eu dar sau nu",
        "hu": "a az egy és van vannak hogy nem mellett alatt fölött előtt mögött két ami aki között meg én de vagy",
        "tr": "bir ve bu ile için da de olan üzerinde altında yanında önünde arkasında iki var çok gibi duruyor ben ama veya",
        "id": "yang di dan dengan dari ke pada untuk sebuah seorang ini itu ada adalah dua sedang atas bawah",
        "vi": "một và của trên trong là có với những các người được đang bên dưới ở hai đứng",
        "lt": "ir yra ant su iš prie po prieš už kuris kuri du dvi į kad",
        "lv": "un ir uz ar no pie zem pirms aiz kas kurš divi divas pa ka",
        "ru":
            "и в на с со не по из у от за под над который которая это к о для что как его её два две во стоит лежит я мы но или он она они",
        "uk": "і й та в у на з зі не по із від за під над який яка це до о для що як його її два дві є я ми але або він вона вони",
        "bg": "и в на с със не по от за под над който която това към е са се до два две при",
        "sr": "и у на с са не по од за под над који која то је су се до два две при",
        "be": "і у ў на з са не па ад за пад над які якая гэта да для што як яго два дзве ёсць",
        "ar": "في من على إلى عند مع عن هذا هذه التي الذي بين أمام خلف تحت فوق هو هي بجانب",
        "fa": "در و از که این است را با به یک آن بر روی های می برای هستند دو",
        "ur": "میں ہے کے کی کا اور پر سے ایک یہ ہیں کو دو ساتھ",
        "hi": "में है के की का और पर से एक यह हैं को दो साथ रहा",
        "mr": "आहे आणि एक या च्या मध्ये वर आहेत हे ते दोन",
        "ne": "छ र एक को मा छन् यो मा दुई",
    ]
}
