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
        guard let price = Price(text: argument) else { return nil }
        self.price = price
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
}

extension Int: CapAmount {
    package init?(capText: String) {
        guard let count = Int(capText), count > 0 else { return nil }
        self = count
    }
}
