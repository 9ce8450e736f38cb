import CutlineCore

/// A forecast for people and as JSON.
enum EstimateText {
    static func lines(_ forecast: CostForecast) -> String {
        let sections: [(String, [String])] = [
            ("jobs", jobs(forecast)), ("pictures", pictures(forecast)), ("prepared", prepared(forecast)),
            ("requests", ["\(forecast.prepared.count > 0 ? "about " : "")\(bytes(forecast.bodyBytes)), pictures as base64 included"]),
            ("input", input(forecast)),
            ("output", output(forecast)), ("cost", cost(forecast)),
        ]
        return Words.table(sections.flatMap { name, lines in lines.enumerated().map { [$0 == 0 ? name : "", $1] } })
    }

    private static func jobs(_ forecast: CostForecast) -> [String] {
        let rest = forecast.entries - forecast.tokens.calls - forecast.added.reused - forecast.damaged
        var lines = ["\(Words.number(forecast.tokens.calls)) to send (\(Words.number(forecast.new)) new)"]
        if forecast.elsewhere.jobs > 0 {
            let places = ElsewhereText.places(forecast.elsewhere)
            lines.append(
                forecast.added.reused > 0
                    ? "\(Words.number(forecast.added.reused)) taken over from \(places), free"
                    : "\(Words.number(forecast.elsewhere.jobs)) with captions in \(places), free with --reuse")
        }
        if forecast.damaged > 0 { lines.append("\(Words.number(forecast.damaged)) cut off, not to send") }
        if rest > 0 { lines.append("\(Words.number(rest)) not to send (captioned, the same as another, failed or held)") }
        if forecast.waitingElsewhere > 0 {
            lines.append(
                "\(Words.number(forecast.waitingElsewhere)) more of this batch in the queue, which a run sends too; not counted here")
        }
        return lines
    }

    private static func pictures(_ forecast: CostForecast) -> [String] {
        var lines = forecast.sortedFiles.map { format, pictures in
            let sized = pictures.count - pictures.unsized
            var line = "\(Words.number(pictures.count)) \(format.mimeType), \(bytes(pictures.bytes))"
            if sized > 0 { line += ", \(megapixels(pictures.pixels)) megapixels" }
            if pictures.unsized > 0 { line += ", \(Words.number(pictures.unsized)) of unknown size in pixels" }
            return line
        }
        if forecast.addresses > 0 { lines.append("\(Words.number(forecast.addresses)) on the web, of unknown size") }
        return lines.isEmpty ? ["none"] : lines
    }

    /// No line where every picture is sent as it is.
    private static func prepared(_ forecast: CostForecast) -> [String] {
        let prepared = forecast.prepared
        guard prepared.count > 0 else { return [] }
        let reasons = PreparationReason.allCases.compactMap { reason in
            prepared.reasons[reason].map { "\(Words.number($0)) \(words(reason))" }
        }
        var saved: [String] = []
        if prepared.savedTokens > 0 { saved.append("\(Words.number(prepared.savedTokens)) tokens") }
        if prepared.savedBytes > 0 { saved.append(bytes(prepared.savedBytes)) }
        return ["\(Words.count(prepared.count, "picture")): \(reasons.joined(separator: ", "))"]
            + (saved.isEmpty ? [] : ["saves about \(saved.joined(separator: " and "))"])
    }

    private static func words(_ reason: PreparationReason) -> String {
        switch reason {
        case .type: "of a type that the provider does not take"
        case .frames: "with several frames"
        case .bytes: "with too many bytes"
        case .side, .pixels: "too large for the provider"
        case .request: "of a request that is too long"
        case .bound: "larger than the model looks at"
        case .turned: "not upright"
        case .more: "with metadata or colours of their own"
        case .all: "as all are"
        }
    }

    private static func input(_ forecast: CostForecast) -> [String] {
        let (tokens, model) = (forecast.tokens, Words.clean(forecast.settings.model))
        let rule =
            forecast.rule == .unknown ? "no rule is known for \(model); \(range(ImageTokens.ruleOfThumb)) each" : "the rule for \(model)"
        return [
            "about \(range(tokens.input)) tokens", "\(Words.number(tokens.text)) of text (rule of thumb: one for four bytes)",
            "\(range(tokens.image)) of pictures (\(rule))",
        ]
    }

    private static func output(_ forecast: CostForecast) -> [String] {
        let limit = forecast.settings.parameters.answerLimit
        let expected = forecast.tokens.expectedOutput(maxTokens: limit)
        let each = min(TokenEstimate.usualCaption, limit ?? .max)
        let most = forecast.tokens.mostOutput(maxTokens: limit).map { "\(Words.number($0)) at most" }
        return ["about \(Words.number(expected)) tokens (\(Words.number(each)) a caption)", most ?? "no upper bound; give --max-tokens"]
    }

    private static func cost(_ forecast: CostForecast) -> [String] {
        if forecast.tokens.calls == 0 { return ["none: no call is needed"] }
        guard let (price, source) = forecast.price else {
            let missing = forecast.listMissing.map { "\(forecast.settings.profile.name) did not give its list of models (\($0))" }
            let why = missing ?? "no price is known"
            return [
                "unknown: \(why); give --price INPUT/OUTPUT, or write it into providers.json, with the provider's own amounts:",
                example(forecast.settings),
            ]
        }
        let origin = source == .profile ? "your price" : "the list of \(forecast.settings.profile.name)"
        let amounts = "\(Words.money(price.inputPerMillion)) and \(Words.money(price.outputPerMillion)) per million tokens (\(origin))"
        guard let cost = forecast.cost else { return ["more than can be counted", amounts] }
        guard forecast.tier == .flex else { return ["\(sum(cost)), without repeated calls", amounts] }
        guard let flexCost = forecast.flexCost else {
            return ["\(sum(cost)), without repeated calls; what flex costs at \(forecast.settings.profile.name) is not known", amounts]
        }
        return ["\(sum(flexCost)) at flex, \(sum(cost)) if served as standard; without repeated calls", amounts]
    }

    private static func sum(_ cost: (low: Money, high: Money?)) -> String {
        switch cost.high {
        case nil: "\(Words.money(cost.low)) or more"
        case cost.low?: "about \(Words.money(cost.low))"
        case let high?: "\(Words.money(cost.low)) to \(Words.money(high))"
        }
    }

    /// What to write into `providers.json`; the amounts are to be replaced.
    static func example(_ settings: BatchSettings) -> String {
        let price: JSONValue = .object(["input_per_million": .number(0.15), "output_per_million": .number(0.6)])
        var text = JSONText()
        text.openArray()
        text.openObject()
        text.member("name", Words.clean(settings.profile.name))
        text.member("prices", .object([settings.model: price]))
        text.closeObject()
        text.closeArray()
        return Words.clean(text.text)
    }

    private static func range(_ range: ClosedRange<Int>) -> String {
        range.count == 1 ? Words.number(range.lowerBound) : "\(Words.number(range.lowerBound)) to \(Words.number(range.upperBound))"
    }

    /// `812 bytes`, `1.9 MB`: powers of a thousand.
    private static func bytes(_ count: Int64) -> String {
        switch count {
        case ..<1_000: Words.count(Int(count), "byte")
        case ..<1_000_000: "\(Words.oneDecimal(Double(count) / 1e3)) kB"
        case ..<1_000_000_000: "\(Words.oneDecimal(Double(count) / 1e6)) MB"
        default: "\(Words.oneDecimal(Double(count) / 1e9)) GB"
        }
    }

    private static func megapixels(_ pixels: Int64) -> String {
        pixels < 100_000 ? "less than 0.1" : Words.oneDecimal(Double(pixels) / 1e6)
    }
}

extension CostForecast {
    fileprivate var sortedFiles: [(PictureFormat, Pictures)] {
        PictureFormat.allCases.compactMap { format in files[format].map { (format, $0) } }
    }
}

extension EstimateText {
    /// One line (docs/output.md).
    static func json(_ forecast: CostForecast) -> String {
        var text = JSONText()
        text.openObject()
        text.member("batch", forecast.settings.name)
        text.member("provider", forecast.settings.profile.name)
        text.member("model", forecast.settings.model)
        text.writeJobs(forecast)
        text.member("request_bytes", forecast.bodyBytes)
        text.writePictures(forecast)
        text.writePrepared(forecast.prepared)
        text.writeTokens(forecast)
        text.writeCost(forecast)
        text.closeObject()
        return text.text + "\n"
    }
}

extension JSONText {
    fileprivate mutating func writeJobs(_ forecast: CostForecast) {
        openObject("jobs")
        member("to_send", forecast.tokens.calls)
        member("new", forecast.new)
        member("not_sent", forecast.entries - forecast.tokens.calls)
        member("waiting_elsewhere", forecast.waitingElsewhere)
        member("known_elsewhere", forecast.elsewhere.jobs - forecast.added.reused)
        member("reused", forecast.added.reused)
        member("damaged", forecast.damaged)
        closeObject()
    }

    fileprivate mutating func writePictures(_ forecast: CostForecast) {
        openArray("pictures")
        for (format, pictures) in forecast.sortedFiles {
            openObject()
            member("type", format.mimeType)
            member("count", pictures.count)
            member("bytes", Int(pictures.bytes))
            member("pixels", pictures.count > pictures.unsized ? Int(pictures.pixels) : nil)
            member("without_size", pictures.unsized)
            closeObject()
        }
        if forecast.addresses > 0 {
            openObject()
            member("type", String?.none)
            member("count", forecast.addresses)
            member("bytes", Int?.none)
            member("pixels", Int?.none)
            member("without_size", forecast.addresses)
            closeObject()
        }
        closeArray()
    }

    fileprivate mutating func writePrepared(_ prepared: CostForecast.Prepared) {
        openObject("prepared")
        member("count", prepared.count)
        member("tokens_saved", prepared.savedTokens)
        member("bytes_saved", Int(prepared.savedBytes))
        closeObject()
    }

    fileprivate mutating func writeTokens(_ forecast: CostForecast) {
        let (tokens, limit) = (forecast.tokens, forecast.settings.parameters.answerLimit)
        openObject("input_tokens")
        member("low", tokens.input.lowerBound)
        member("high", tokens.input.upperBound)
        member("text", tokens.text)
        member("image_low", tokens.image.lowerBound)
        member("image_high", tokens.image.upperBound)
        member("image_rule", forecast.rule.name)
        closeObject()
        openObject("output_tokens")
        member("expected", tokens.expectedOutput(maxTokens: limit))
        member("most", tokens.mostOutput(maxTokens: limit))
        closeObject()
    }

    fileprivate mutating func writeCost(_ forecast: CostForecast) {
        member("price", object: forecast.price) { text, known in
            text.member("source", known.source.rawValue)
            text.member("input_usd_per_million", known.price.inputPerMillion)
            text.member("output_usd_per_million", known.price.outputPerMillion)
            text.member("image_usd", known.price.perImage)
            text.member("request_usd", known.price.perRequest)
        }
        member("cost_usd", object: forecast.cost) {
            $0.member("low", $1.low)
            $0.member("high", $1.high)
        }
        member("tier", forecast.tier.rawValue)
        member("flex_cost_usd", object: forecast.flexCost) {
            $0.member("low", $1.low)
            $0.member("high", $1.high)
        }
    }
}
