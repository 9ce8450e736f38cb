extension RefusalCheck {
    /// How models decline, by language. An apology alone is none: it must be followed by what cannot be done; and what cannot be done must be
    /// what a model was asked for, not what a poem says.
    static let phrases = PatternBook(
        english + germanic + romance + slavic + eastAsian + others, wordings: wordings)

    private static let wordings = [
        "i cannot":
            "i can't|i cannot|i can not|i'm unable|i am unable|i'm not able|i am not able|i won't|i will not|i'm not allowed|i am not allowed|i couldn't|i could not",
        "task":
            "help with|help you|help in|help by|help $|assist|comply|fulfill|fulfil|identify|describe|provide|process|analyze|analyse|recognize|recognise|determine|generate|create|answer|discuss|comment|engage|interpret|do that|do this|share|disclose|reveal|speculate|confirm|caption|access",
        "picture": "image|images|picture|pictures|photo|photos|photograph|attachment|file|it $|anything $",
        "de pictures":
            "helfen|weiterhelfen|beschreiben|identifizieren|erkennen|analysieren|sehen|anzeigen|behilflich|beantworten|verarbeiten|erstellen|betrachten|unterstützen|bestimmen|ansehen",
        "fr task":
            "décrire|identifier|aider|t'aider|voir|analyser|traiter|fournir|répondre|reconnaître|générer|accéder|commenter|déterminer",
        "es task":
            "ayudar|ayudarte|ayudarle|ayudarlo|describir|identificar|ver|analizar|procesar|proporcionar|responder|reconocer|generar|acceder|determinar",
        "it task":
            "aiutarti|aiutarla|aiutare|descrivere|identificare|vedere|analizzare|elaborare|fornire|rispondere|riconoscere|generare|determinare",
        "pt task":
            "ajudar|ajudá-lo|ajudar-te|descrever|identificar|ver|analisar|processar|fornecer|responder|reconhecer|visualizar|determinar|gerar",
        "ru task":
            "помочь|описать|определить|идентифицировать|распознать|видеть|просматривать|обработать|ответить|предоставить|выполнить|опознать|анализировать",
    ]

    private static let english = [
        "i'm|i am ~2 sorry|afraid ~10 {i cannot}|i don't|i do not|no image|no picture",
        "sorry|apologies|my apologies|i apologize|i apologise|i regret ~10 {i cannot}|i don't|i do not",
        "{i cannot} ~2 {task}",
        "{i cannot} ~3 see|view|open|load|display|look at ~4 {picture}",
        "unfortunately|regrettably|sadly ~3 {i cannot}|i don't|i do not|unable to",
        "as an|as a|i'm an|i'm a|i am an|i am a|i'm just an|i'm just a|i'm only a ~3 ai|language model|ai-based|ai assistant|virtual assistant|ai-model ~8 i|i'm|my",
        "i don't|i do not|i didn't|i did not ~2 see|receive ~3 {picture}",
        "i don't|i do not ~2 have ~3 ability|capability|capabilities|access|permission|any image",
        "i'm not able to|i am not able to|i'm unable to|i am unable to|i won't be able|i will not be able|i'm not comfortable|i am not comfortable",
        "i don't|i do not ~1 feel comfortable",
        "it's|it is|this is|that is|that's|doing so is|doing this is ~1 against|outside ~2 my ~1 guidelines|policy|policies|rules|capabilities",
        "i|i can ~1 see ~1 that you ~8 but|however ~3 {i cannot}|unable",
        "the|this|your ~0 image|picture|photo|file ~6 could not be|couldn't be|cannot be|can't be|was not|wasn't ~1 processed|loaded|analyzed|analysed|displayed|viewed|uploaded|opened|attached",
        "i'm|i am ~2 not permitted|not designed|not supposed ~1 to",
        "i must|i have to|i need to ~1 decline|refuse",
        "i'd prefer not|i would prefer not|i prefer not|i'd rather not",
        "it seems|it looks like|it appears|there seems|there appears ~4 no image|no picture|no photo|image was not|image wasn't|image didn't|image did not|image failed",
        "no image|no picture|no photo ~2 was|has been|is ~1 provided|attached|uploaded|included",
        "there is no|there's no ~1 image|picture|photo ~4 conversation|attached|message|provided",
        "please upload|please provide|please share|please attach ~4 image|picture|photo|file",
        "unable to ~0 process|view|describe|analyze|analyse|determine|identify|see|generate|provide|assist|access|comply",
        "this|the|your ~2 request|image|content|prompt|picture|photo ~3 violate|violates|goes against|is against ~5 policy|policies|guidelines|terms",
    ]

    private static let germanic = [
        "es tut mir leid|tut mir leid|entschuldigung|entschuldige|entschuldigen sie|verzeihung|sorry|leider|ich bedaure|ich bedauere|bedauerlicherweise ~6 kann ich|ich kann|bin ich|ich bin|darf ich|ich darf|ist es mir|werde ich|ich habe",
        "ich kann|ich darf ~6 nicht|keine|keinen|kein ~6 {de pictures}",
        "dieses|diese|das|die|personen ~1 bild|foto|person|personen|menschen ~1 kann ich|darf ich ~4 nicht ~2 {de pictures}",
        "ich bin nicht in der lage|ich bin leider nicht|ich sehe kein bild|ich kann kein bild|es wurde kein bild|ich habe keinen zugriff",
        "als ~1 ki|ki-sprachmodell|ki-modell|ki-assistent|sprachmodell|künstliche intelligenz|ki-basiertes ~6 ich|mir",
        "het spijt me|sorry|helaas|mijn excuses|excuses ~6 ik kan|kan ik|ik ben|ben ik|ik mag|ik heb",
        "ik kan ~5 niet|geen ~4 helpen|beschrijven|identificeren|herkennen|analyseren|zien|verwerken",
        "ik ben niet in staat|ik ben niet bevoegd",
        "als ~1 ai|ai-taalmodel|taalmodel|ai-model ~6 ik",
        "jag är ledsen|tyvärr|förlåt|ursäkta|jag beklagar|beklagar ~6 jag kan|kan jag|jag är|är jag|jag har",
        "jag kan ~1 inte|tyvärr ~3 hjälpa|beskriva|identifiera|se|analysera",
        "som ~1 ai|ai-modell|språkmodell|ai-språkmodell ~6 jag",
        "beklager|unnskyld|dessverre|jeg beklager|undskyld|desværre ~6 jeg kan|kan jeg|jeg er|er jeg|jeg har",
        "jeg kan ~1 ikke|dessverre|desværre ~3 hjelpe|hjælpe|beskrive|identifisere|identificere|analysere",
    ]

    private static let romance = [
        "je suis désolé|je suis désolée|désolé|désolée|malheureusement|je regrette|pardon|je m'excuse|excusez-moi|toutes mes excuses ~6 je ne|je n'ai|il m'est|je suis dans",
        "je ne peux pas|je ne peux|je ne saurais ~3 {fr task}",
        "je ne suis pas ~1 en mesure|capable|autorisé|autorisée|habilité",
        "je n'ai pas ~1 accès|la capacité|la possibilité",
        "je ne vois ~2 image|d'image|photo",
        "en tant que|en tant qu'ia|en tant qu'intelligence|en tant qu'assistant ~6 je",
        "lo siento|lo lamento|perdón|disculpa|disculpe|lamentablemente|desafortunadamente|me disculpo|mis disculpas|lamento ~6 no puedo|no soy|no estoy|no me es|no tengo|no es posible",
        "no puedo ~2 {es task}",
        "no soy capaz|no estoy en condiciones|no tengo la capacidad|no veo ninguna imagen|no me es posible",
        "como ~2 modelo de lenguaje|inteligencia artificial|ia|asistente ~6 no|yo",
        "mi dispiace|mi spiace|spiacente|purtroppo|scusa|scusami|mi scuso ~6 non posso|non sono|non riesco|non mi è|non ho",
        "non posso|non riesco ~2 {it task}",
        "non sono in grado|non vedo alcuna immagine|non ho la capacità|non mi è possibile",
        "come ~2 modello linguistico|intelligenza artificiale|ia|assistente ~6 non|io",
        "in quanto ~1 modello|ia|intelligenza ~6 non|io",
        "desculpe|desculpa|desculpe-me|sinto muito|lamento|infelizmente|peço desculpa|peço desculpas|me desculpe ~6 não posso|não consigo|não sou|não estou|não tenho|não é possível",
        "não posso|não consigo ~2 {pt task}",
        "não sou capaz|não me é possível|não é possível para mim|não estou em condições|não tenho a capacidade|não vejo nenhuma imagem",
        "como ~2 modelo de linguagem|inteligência artificial|ia|assistente ~6 não|eu",
        "îmi pare rău|ne pare rău|din păcate|scuze ~6 nu pot|nu sunt|nu am",
        "ho sento|em sap greu|malauradament ~6 no puc|no soc|no tinc",
    ]

    private static let slavic = [
        "к сожалению|извините|извини|простите|прошу прощения|сожалею|мне жаль|приношу извинения ~6 не могу|я не|не удалось|не в состоянии|не имею",
        "я не могу|не могу ~3 {ru task}",
        "я не в состоянии|у меня нет возможности|я не вижу изображения|я не имею возможности",
        "как|будучи ~2 языковая модель|языковой моделью|ии|ии-модель|искусственный интеллект|искусственным интеллектом ~6 я|не",
        "на жаль|вибачте|перепрошую|пробачте|вибач ~6 не можу|я не|не вдалося|не маю",
        "я не можу|не можу ~3 допомогти|описати|визначити|ідентифікувати|розпізнати|бачити",
        "як ~2 мовна модель|штучний інтелект|ші ~6 я|не",
        "przepraszam|przykro mi|niestety|wybacz ~6 nie mogę|nie jestem|nie potrafię|nie mam",
        "nie mogę|nie potrafię ~2 pomóc|opisać|zidentyfikować|rozpoznać|zobaczyć|przetworzyć|spełnić",
        "nie jestem w stanie",
        "jako ~3 model językowy|ai|sztuczna inteligencja ~6 nie|ja",
        "omlouvám se|je mi líto|bohužel|promiňte|ľutujem|prepáčte ~7 nemohu|nemůžu|nejsem|nedokážu|nemôžem",
        "nemohu|nemůžu ~2 pomoci|popsat|identifikovat|rozpoznat",
        "съжалявам|за съжаление ~6 не мога|не съм",
        "žao mi je|nažalost|жао ми је|нажалост ~6 ne mogu|не могу",
    ]

    private static let eastAsian = [
        "抱歉|很抱歉|非常抱歉|对不起|對不起|不好意思|遗憾|很遗憾|遺憾|很遺憾 ~20 无法|無法|不能|没有办法|沒有辦法|没办法|不便|不可以|没有看到",
        "作为|作為|身为|身為 ~8 人工智能|人工智慧|语言模型|語言模型|ai|助手|模型 ~10 我|无法|無法|不能",
        "我无法|我無法|我不能|我没有办法|我无权|我不便|我不会 ~10 识别|辨识|辨識|識別|描述|提供|查看|协助|協助|帮助|幫助|满足|处理|處理|回答|确定|確定|分析|判断|看到",
        "我没有看到|没有看到|没有检测到|我看不到|未能看到 ~6 图片|图像|圖片",
        "申し訳ありません|申し訳ございません|申し訳ない|すみません|ごめんなさい|恐れ入ります|残念ながら ~40 できません|できかねます|いたしかねます|しかねます|お応えできません|わかりません|見えません",
        "私は|aiとして|言語モデルとして|aiアシスタントとして|aiである ~12 ai|言語モデル|できません|画像を",
        "画像|この画像|写真|この写真|その ~24 お答えできません|お応えできません|対応できません|お手伝いできません",
        "画像|この画像|写真|この写真 ~24 説明|特定|識別|認識|表示|分析 ~12 できません|できかねます",
        "죄송하지만|죄송합니다|죄송합니다만|죄송해요|미안합니다|미안하지만|유감스럽지만|안타깝지만|유감스럽게도 ~10 없습니다|없어요|어렵습니다|못합니다|불가능합니다|없네요",
        "저는|ai|ai로서|ai로서는|인공지능으로서|언어 ~4 ai|언어|모델로서|모델이기|모델로서는 ~8 없습니다|못합니다|없어요",
        "이미지를|이미지 ~6 식별할|설명할|확인할|분석할 ~1 수 없습니다",
        "xin lỗi|rất tiếc|tôi rất tiếc|tôi xin lỗi ~6 tôi không|không thể",
        "tôi không thể ~2 giúp|mô tả|xác định|nhận dạng",
        "ขออภัย|ขอโทษ|เสียใจ ~24 ไม่สามารถ|ไม่ได้",
        "ฉันไม่สามารถ|ผมไม่สามารถ|ดิฉันไม่สามารถ",
        "maaf|mohon maaf|sayangnya|maafkan saya ~4 saya tidak|saya tak|aku tidak|kami tidak",
        "saya tidak dapat|saya tidak bisa ~1 membantu|mengidentifikasi|mendeskripsikan|memberikan|melihat",
    ]

    private static let others = [
        "üzgünüm|maalesef|özür dilerim|kusura bakmayın|ne yazık ki ~10 olamam|olamıyorum|edemem|edemiyorum|veremem|veremiyorum|tanımlayamam|tanımlayamıyorum|göremiyorum|yapamam|yapamıyorum|açıklayamam|sağlayamam|mümkün değil|betimleyemem",
        "bir|ben ~2 yapay zeka|dil modeli ~4 olarak|olduğum",
        "valitettavasti|pahoittelen|anteeksi|olen pahoillani ~6 en voi|en pysty|en kykene|minulla ei",
        "sajnálom|sajnos|elnézést ~8 nem tudok|nem tudom|nem segíthetek|nem vagyok|nem áll",
        "λυπάμαι|συγγνώμη|δυστυχώς ~6 δεν μπορώ|δεν είμαι|δεν έχω",
        "عذرا|آسف|أعتذر|نعتذر|للأسف|المعذرة|أنا آسف|معذرة ~6 لا أستطيع|لا يمكنني|لا يمكن|لا أقدر|لست|لا أملك",
        "لا أستطيع|لا يمكنني ~1 المساعدة|مساعدتك|وصف|تحديد|التعرف|رؤية|تقديم",
        "بصفتي|باعتباري|كنموذج ~8 لا|لست",
        "متأسفم|متاسفم|ببخشید|متأسفانه|متاسفانه|با عرض پوزش|پوزش ~10 نمی‌توانم|قادر",
        "מצטער|אני מצטער|סליחה|לצערי|מצטערת|אני מצטערת ~6 אני לא|איני|אינני|לא יכול|לא יכולה",
        "क्षमा करें|माफ़ करें|माफ करें|मुझे खेद|खेद|क्षमा कीजिए|मुझे माफ़ ~12 नहीं|असमर्थ",
        "मैं ~8 नहीं ~1 कर सकता|कर सकती|दे सकता|बता सकता",
        "দুঃখিত|আমি দুঃখিত ~8 পারছি|পারব|পারি|অক্ষম",
    ]
}
