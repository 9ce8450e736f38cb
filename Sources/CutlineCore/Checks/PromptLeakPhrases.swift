extension PromptLeakCheck {
    /// What is agreed to: followed by an exclamation mark it is said to the user.
    static let agreements = PatternBook([
        "sure|sure thing|certainly|absolutely|of course|okay|ok|alright|gladly|understood|no problem|great question",
        "gerne|natürlich|selbstverständlich|klar|aber gerne", "bien sûr|certainement|avec plaisir|volontiers|d'accord",
        "claro|claro que sí|por supuesto|desde luego|con gusto|com certeza|claro que sim", "certo|certamente|ecco qui|volentieri",
        "natuurlijk|zeker|graag gedaan", "oczywiście|jasne|конечно|разумеется|звичайно|tabii ki|elbette|självklart|selvfølgelig",
        "当然|当然可以|好的|没问题|當然|もちろん|もちろんです|はい|かしこまりました|承知しました|물론입니다|물론이죠|네|بالتأكيد|बिल्कुल",
    ])

    /// What a model says it is about to do.
    static let announcements = PatternBook([
        "let me|let's|i'll|i will|i would|i'd ~0 describe|write|caption|provide|analyze|give you",
        "great|okay|ok|alright ~0 let me|let's|i'll ~1 describe|write|caption|analyze|start", "as a|as your ~2 assistant ~8 i",
        "the caption|a caption|my caption|a good caption|a possible caption|a suitable caption|the description ~6 is|would be|could be $",
    ])

    /// What is presented.
    static let presentations = PatternBook([
        "here is|here's ~0 one $|one option|one idea",
        "here is|here's|here are|below is|below are|this is ~5 caption|captions|description|descriptions|tags|options|alt text|json|response|answer|summary|list",
        "hier ist|hier sind|hier eine|anbei|nachfolgend ~4 bildbeschreibung|beschreibung|bildunterschrift|beschreibungen|bildunterschriften|schlagwörter|tags",
        "voici|voilà ~4 légende|description|légendes|descriptions|étiquettes|balises|mots-clés",
        "aquí tienes|aquí está|aquí hay|aquí van|a continuación ~4 descripción|leyenda|etiquetas|título|pie|descripciones|opciones",
        "aqui está|aqui vai|aqui estão|segue|eis ~4 legenda|descrição|etiquetas|legendas|tags|opções",
        "ecco ~4 didascalia|descrizione|didascalie|tag|opzioni", "hier is|hier zijn ~4 beschrijving|bijschrift|onderschrift|tags",
        "oto ~4 opis|podpis|tagi", "вот|ниже ~4 описание|подпись|теги|варианты", "ось ~4 опис|підпис|теги",
        "här är|här kommer|her er ~4 beskrivning|bildtext|bildbeskrivning|beskrivelse|billedtekst|bildetekst",
        "işte ~6 açıklama|açıklaması|başlık|altyazı", "zde je|tady je ~4 popis|popisek",
        "以下是|下面是|这是|這是 ~12 描述|说明|標題|标题|說明|标签|介绍", "以下は|以下が|こちらは|こちらが ~14 説明|キャプション|説明文|タグ",
        "다음은|아래는 ~4 설명입니다|캡션입니다|태그입니다|설명|캡션", "إليك|هذا ~3 وصف|تعليق|الوصف", "यहाँ|यहां ~4 विवरण|कैप्शन",
        "berikut ~4 deskripsi|keterangan", "đây là|dưới đây là ~4 mô tả|chú thích",
    ])

    /// Whose caption it is, or who asked for it.
    static let subjects = PatternBook([
        "of|for ~2 image|picture|photo|photograph", "you ~1 requested|asked for|wanted", "as requested",
    ])

    static let labels = PatternBook([
        "short|brief|detailed|concise|possible|final|suggested|generated|new|alternative ~1 caption|description|alt text|title|answer",
        "caption|image caption|photo caption|picture caption|suggested caption|description|image description|picture description|alt text|alt-text|answer|output|response|final answer",
        "bildbeschreibung|beschreibung|bildunterschrift|légende|descripción|leyenda|didascalia|descrizione|legenda|descrição|beschrijving",
        "opis|описание|подпись|描述|图片描述|说明|キャプション|説明|画像の説明|설명|캡션",
    ])

    /// What only somebody says who speaks with a user.
    static let offers = PatternBook([
        "note ~1 this|the|i ~2 caption|description|response|answer|image|cannot|can't|have",
        "let me know ~2 if|what|whether|how", "please let me know", "would you like ~1 me|a|another|more", "do you want me to",
        "i hope this|hope this|i hope that|hope that ~2 helps|helpful|meets|is what", "feel free to ~1 ask|reach|let",
        "if you need|if you'd like|if you would like|if you want|if you have ~6 let|i|i'd|feel|just|please", "is there anything else",
        "ich hoffe ~4 hilft|hilfreich|weiter", "lass mich wissen|lassen sie mich wissen|sag mir bescheid|möchtest du dass|möchten sie dass",
        "n'hésitez pas|j'espère que cela|souhaitez-vous que|dites-moi si",
        "avísame si|espero que esto|espero que te|quieres que|déjame saber|dime si",
        "fammi sapere|spero che questo|vuoi che", "espero que isso|me avise se|gostaria que eu|avise-me se",
        "laat me weten|ik hoop dat dit",
        "дайте знать|надеюсь это|сообщите если|хотите чтобы", "希望这|如果您需要|如果你需要|如需|如有需要|需要我", "ご希望|他にご|何か他に|お役に立て", "필요하시면|도움이 되|더 필요하",
    ])
}
