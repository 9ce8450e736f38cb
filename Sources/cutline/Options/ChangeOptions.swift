import ArgumentParser
import CutlineCore
import CutlineProvider
import CutlineQueue

/// How jobs of a batch are asked from now on. What they are stays as it was.
struct ChangeOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("The longest answer from now on, in tokens.", valueName: "n"))
    var maxTokens: Int?
    @Option(help: ArgumentHelp("Ask them at this provider; with --model.", valueName: "name")) var provider: String?
    @Option(help: ArgumentHelp("Ask for this model, as the provider calls it; without --provider at the batch's own.", valueName: "name"))
    var model: String?
    @OptionGroup var price: PriceOptions

    var isNone: Bool { maxTokens == nil && model == nil }

    func validate() throws {
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens must be above 0.") }
        for (flag, text) in [("--provider", provider), ("--model", model)] where text?.isEmpty == true {
            throw ValidationError("\(flag) must not be empty.")
        }
        if provider != nil, model == nil { throw ValidationError("--provider needs --model: which one, as that provider calls it?") }
        if price.price != nil, model == nil { throw ValidationError("--price is for --model.") }
    }

    /// - Throws: `CommandEnd` with exit 64 where there is no such provider, and where a budget cannot be held with it.
    func change(of selected: JobSelection, in reader: QueueReader, _ catalogue: ProfileCatalogue) throws -> JobChange {
        let route = try model.map { RouteDraft(profile: try profile(in: reader, catalogue), model: $0, price: price.price?.price) }
        if let profile = route?.profile { try KeyRing.checkAddress(profile) }
        let statuses = try reader.batchStatuses().filter { selected.flags != nil || $0.count(.failed) + $0.count(.queued) > 0 }.map(\.id)
        for batch in try reader.batches() where selected.means(batch.id, isTrial: batch.isTrial) && statuses.contains(batch.id) {
            var settings = route?.applied(to: batch.settings) ?? batch.settings
            if let maxTokens { settings.parameters.limitAnswer(to: maxTokens) }
            try BudgetCheck(change: BudgetChange(), stored: batch.budget).checkPrice(of: settings)
        }
        return JobChange(maxTokens: maxTokens, route: route)
    }

    /// One that is known by name, or that a batch of the queue was given. Nil: each batch's own.
    private func profile(in reader: QueueReader, _ catalogue: ProfileCatalogue) throws -> Profile? {
        guard let provider else { return nil }
        if let profile = catalogue[provider] { return profile }
        let stored = try reader.routes().map(\.profile) + reader.batches().map(\.settings.profile)
        return try stored.first { $0.name == provider } ?? catalogue.profile(named: provider)
    }

    /// `infron, gpt-4o, with max_tokens 400`
    var words: String {
        let place = [provider, model].compactMap { $0.map(Words.clean) }.joined(separator: ", ")
        let limit = maxTokens.map { "max_tokens \($0)" }
        return [place.isEmpty ? nil : "at \(place)", limit.map { "with \($0)" }].compactMap(\.self).joined(separator: " ")
    }
}
