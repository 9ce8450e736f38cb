import CutlineCore
import CutlineProvider

/// Models for people and as JSON.
enum ModelText {
    static func table(_ models: [ModelEntry]) -> String {
        let rows = models.map { model in
            let vision = model.vision.map { $0 ? "yes" : "no" } ?? unknown
            return [
                Words.clean(model.id), vision, model.contextLength.map(Words.number) ?? unknown, amount(model.inputPerMillion),
                amount(model.outputPerMillion),
            ]
        }
        return Words.table([["model", "vision", "context", "input per million", "output per million"]] + rows)
    }

    /// One line (docs/output.md).
    static func json(_ models: [ModelEntry], provider: String) -> String {
        var text = JSONText()
        text.openObject()
        text.member("provider", provider)
        text.member("models", models) { $0.write($1) }
        text.closeObject()
        return text.text + "\n"
    }

    static func leftOut(_ count: Int) -> String {
        "left out: \(Words.count(count, "model")) of which the list does not say whether \(count == 1 ? "it takes" : "they take") pictures"
    }

    /// Why a batch with this model is likely to fail; nil where nothing speaks against it.
    static func warning(of model: String, at provider: String, in list: ModelList) -> String? {
        let name = Words.clean(model)
        if let entry = list[model] {
            guard entry.vision == false else { return nil }
            return "\(name) at \(provider) takes no pictures; `cutline models \(provider) --vision` lists those that do"
        }
        let near = list.names(endingIn: model).first ?? Nearest.to(model, among: list.models.map(\.id))
        let advice = near.map { "did you mean \(Words.clean($0))?" } ?? "`cutline models \(provider)` shows them"
        return "\(name) is not among the models that \(provider) lists; \(advice)"
    }

    /// What leaves the cost of calls to `model` unknown; nil where its price is known, and where the provider's list knows no prices at all.
    static func unknownPrice(of model: String, _ answer: ModelLookup.Outcome, _ profile: Profile) -> String? {
        guard profile.price(of: model) == nil else { return nil }
        let advice = "what calls cost stays unknown where the answers do not tell it; --price INPUT/OUTPUT tells it"
        switch answer {
        case .none: return nil
        case .missing(let reason): return "\(profile.name) did not give its list of models (\(reason)): \(advice)"
        case .list(let list):
            guard list.models.contains(where: { $0.price != nil }), list[model]?.price == nil else { return nil }
            return "the list of models of \(profile.name) has no price for \(Words.clean(model)): \(advice)"
        }
    }

    /// - Parameter keySource: where the key came from, for people.
    static func sentence(_ failure: Failure, profile: Profile, keySource: String?) -> String {
        let message = Words.clean(failure.message)
        let said = message.hasSuffix("?") ? "\(message) Its" : "\(message); its"
        guard let address = address(failure, profile) else {
            return "\(profile.name) did not give its list of models: \(message); \(advice(failure, profile, keySource))"
        }
        return "\(profile.name) did not give its list of models: \(said) base_url is \(address)"
    }

    /// What cannot be reached is looked for there.
    private static func address(_ failure: Failure, _ profile: Profile) -> String? {
        [.unreachable, .tls, .connectionLost].contains(failure.kind) ? profile.baseURL : nil
    }

    private static func advice(_ failure: Failure, _ profile: Profile, _ keySource: String?) -> String {
        switch failure.kind {
        case .unauthorized, .forbidden:
            guard profile.models?.needsKey != false else { return "give its profile \"models\": {\"needs_key\": true}" }
            return "check the API key\(keySource.map { " in \($0)" } ?? "")"
        case .wrongEndpoint, .malformedAnswer, .emptyAnswer, .modelNotFound:
            return "check base_url and models.path of its profile (`cutline providers \(profile.name)`)"
        case .quotaExhausted, .rateLimited, .overloaded, .serverError, .timeout, .unreachable, .connectionLost, .tls, .noVision,
            .imageUnreachable, .imageRejected, .imageUnreadable, .imageNotAllowed, .tooLarge, .contextTooLong, .contentFiltered,
            .refused, .schemaMismatch, .unsupportedParameter, .invalidRequest, .cancelled:
            return "try again later"
        }
    }

    private static func amount(_ money: Money?) -> String { money.map(Words.money) ?? unknown }
    private static let unknown = "–"
}

extension JSONText {
    fileprivate mutating func write(_ model: ModelEntry) {
        openObject()
        member("id", model.id)
        member("name", model.name)
        member("vision", model.vision)
        member("context_length", model.contextLength)
        member("max_output_tokens", model.maxOutputTokens)
        member("input_usd_per_million", model.inputPerMillion)
        member("output_usd_per_million", model.outputPerMillion)
        member("image_usd", model.image)
        member("request_usd", model.request)
        closeObject()
    }
}
