/// How a provider sells answers that may take longer.
package struct FlexOffer: Codable, Hashable, Sendable {
    /// Where in a request's body the tier stands: a member, or `provider.service_tier` for one inside another.
    package var member: String
    /// What it costs, as a part of the full price.
    package var price: PriceFactor

    package init(member: String, price: PriceFactor = .whole) { (self.member, self.price) = (member, price) }

    /// The member, or the outer and the inner one.
    package var path: [String] { member.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }
}

extension Profile {
    /// From `tier_member` and `flex_price_factor`; nil: none is known.
    package var flex: FlexOffer? { tierMember.map { FlexOffer(member: $0, price: flexPriceFactor ?? .whole) } }
}
