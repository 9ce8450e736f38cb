import CutlineCore

/// What the simulator says about a call's pictures: their measures, since it does not see.
struct ScriptedAnswer: Hashable {
    enum Finish: Hashable { case stop, length, filtered, error }

    /// Nil where the answer says nothing.
    var text: String?
    /// The model's words where it will not answer.
    var refusal: String?
    var finish = Finish.stop
    /// A quarter of the texts' bytes, rounded up, and for each picture 85 + 170 for each square of 512 pixels that it covers or touches.
    var promptTokens: Int
    /// The words of `text`.
    var completionTokens: Int
    /// The tier at which it is served; nil: none was asked for, and none is told.
    var tier: String?
    /// The most that was allowed for it; nil: nothing was said.
    private let allowance: Int?

    /// How many a model that thinks at length needs before the first letter.
    static let thinkingTokens = 200

    var tokens: Int { promptTokens + completionTokens }

    init(to request: ChatRequest) {
        let whole = request.schema.map { SchemaFiller(request).text($0) } ?? Self.describe(request.pictures)
        text = whole
        promptTokens = (request.textLength + 3) / 4 + request.pictures.reduce(0) { $0 + $1.tokens }
        completionTokens = whole.split(separator: " ").count
        allowance = request.maxTokens
        tier = request.tier.map { $0 == "flex" ? "flex" : "default" }
        if let most = request.maxTokens, most < completionTokens { cut(to: most) }
    }

    mutating func cut(to words: Int) {
        finish = .length
        text = text?.split(separator: " ").prefix(words).joined(separator: " ")
        completionTokens = words
    }

    /// The answer that a fault makes of it.
    func spoiled(by fault: Fault.Name) -> ScriptedAnswer {
        var answer = self
        switch fault {
        case .filtered: (answer.text, answer.finish) = (nil, .filtered)
        case .refusal: (answer.text, answer.refusal) = (nil, "I cannot help with this picture.")
        case .emptyAnswer: answer.text = nil
        case .longThinking:
            (answer.text, answer.finish) = (nil, .length)
            answer.completionTokens = allowance ?? Self.thinkingTokens
        case .cut: answer.cut(to: max(1, completionTokens / 2))
        case .errorInChoice:
            answer.cut(to: max(1, completionTokens / 2))
            answer.finish = .error
        case .schemaMismatch: answer.text = #"{"unexpected":[true]}"#
        case .thinkUnopened: answer.wrap("It is a picture.\n</think>\n\n", "")
        case .thinkBrackets: answer.wrap("[THINK]It is a picture.[/THINK]\n", "")
        case .thinkChannels:
            answer.wrap("<|channel|>analysis<|message|>It is a picture.<|end|><|start|>assistant<|channel|>final<|message|>", "<|return|>")
        case .thinkingOnly: answer.text = "<think>It is a picture.</think>"
        case .boxed: answer.wrap("<|begin_of_box|>", "<|end_of_box|>")
        case .servedStandard: answer.tier = "default"
        case .fencedJSON: answer.wrap("Here it is:\n\n```json\n", "\n```\n")
        case .unauthorized, .forbidden, .banned, .quota, .dailyQuota, .inFlightBudget, .rateLimited, .overloaded, .serverError, .badGateway,
            .gatewayTimeout, .modelNotFound, .wrongPath, .noVision, .imageUnreachable, .imageRejected, .tooLarge, .contextTooLong,
            .contentFilter, .unsupportedParameter, .invalidRequest, .errorIn200, .duplicateKeys, .empty, .whitespace, .garbage,
            .truncated, .noDone, .errorInStream, .cutStream, .reset, .resetEarly, .hang, .trickle, .hiddenThinking, .thinkingApart,
            .usageMissing, .usageNegative, .usageAbsurd, .toolAnswer, .failedGeneration, .gzip, .deflate, .deflateRaw, .unknownEncoding,
            .gzipBomb, .gzipDamaged, .streamLingers, .streamLingersUsage, .oversize, .groq429, .epochRetryAfter, .absurdRetryAfter,
            .unknownModel, .unexpectedEndpoint, .plainOK, .noModelLoaded, .expiredKey, .panorama, .content403, .inspection, .nothingLeft,
            .flexUnavailable:
            break
        }
        return answer
    }

    private mutating func wrap(_ head: String, _ tail: String) { text = text.map { head + $0 + tail } }

    static func describe(_ pictures: [SentPicture]) -> String {
        switch pictures.count {
        case 0: return "No picture was sent."
        case 1: return "A\(pictures[0].measures)."
        case let count:
            let number = count <= numbers.count + 1 ? numbers[count - 2] : String(count)
            return "\(number) pictures: \(pictures.map { "a\($0.measures)" }.joined(separator: "; "))."
        }
    }

    private static let numbers = ["Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"]
}

extension SentPicture {
    /// The sentence after its first letter, which is an A: ` JPEG picture, 640 × 480 pixels, 23,456 bytes`.
    fileprivate var measures: String {
        let pixels = size.map { " \($0.width) × \($0.height) pixels," } ?? ""
        return "\(format == .avif ? "n" : "") \(format.displayName) picture,\(pixels) \(byteCount.grouped) bytes"
    }

    fileprivate var tokens: Int {
        85 + (size.map { 170 * (($0.width + 511) / 512) * (($0.height + 511) / 512) } ?? 0)
    }
}

extension Int {
    /// With a comma between thousands.
    fileprivate var grouped: String {
        let digits = String(self)
        return digits.enumerated().reduce(into: "") { text, digit in
            if digit.offset > 0, (digits.count - digit.offset) % 3 == 0 { text.append(",") }
            text.append(digit.element)
        }
    }
}
