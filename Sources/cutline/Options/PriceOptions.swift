import ArgumentParser
import CutlineCore

/// What the model costs, where the provider does not tell.
struct PriceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the model costs in US dollars per million tokens, as 0.15/0.60; 0/0 where it is free (else the provider's list says it).",
            valueName: "input/output"))
    var price: PriceArgument?

    /// The profile with the price of `model` that was given.
    func applied(to profile: Profile, model: String) -> Profile {
        guard let price = price?.price else { return profile }
        var profile = profile
        profile.prices = (profile.prices ?? [:]).merging([model: price]) { $1 }
        return profile
    }
}

struct PriceArgument: ExpressibleByArgument {
    let price: Price

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Money(dollarText: $0) }
        guard parts.count == 2, let input = parts[0], let output = parts[1] else { return nil }
        price = Price(inputPerMillion: input, outputPerMillion: output)
    }
}

/// An amount of dollars or tokens at which a batch stops, or `none`.
extension BudgetChange.Cap: ExpressibleByArgument where Amount: CapAmount {
    package init?(argument: String) {
        if argument == "none" { self = .none } else if let amount = Amount(capText: argument) { self = .at(amount) } else { return nil }
    }
}

package protocol CapAmount {
    init?(capText: String)
}

extension Money: CapAmount {
    package init?(capText: String) {
        self.init(dollarText: capText[...])
        if self == .zero { return nil }
    }

    /// Digits with a point among them; not so small that nothing is left of it.
    fileprivate init?(dollarText text: Substring) {
        guard !text.isEmpty, text.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }), let dollars = Double(text) else { return nil }
        self.init(dollars: dollars)
        if self == .zero, dollars > 0 { return nil }
    }
}

extension Int: CapAmount {
    package init?(capText: String) {
        guard let count = Int(capText), count > 0 else { return nil }
        self = count
    }
}
