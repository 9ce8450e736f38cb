import CutlineCore

/// A route on its way into the queue.
package struct RouteDraft: Hashable, Sendable {
    /// Nil: the batch's own.
    package var profile: Profile?
    package var model: String
    /// Nil: as the profile knows it.
    package var price: Price?

    package init(profile: Profile?, model: String, price: Price? = nil) {
        self.profile = profile
        self.model = model
        self.price = price
    }

    /// What the batch would be if it was asked there.
    package func applied(to settings: BatchSettings) -> BatchSettings {
        var settings = settings
        // A name stands for one provider and one key.
        if let profile, profile.name != settings.profile.name { settings.profile = profile }
        if let price { settings.profile.prices = (settings.profile.prices ?? [:]).merging([model: price]) { $1 } }
        settings.model = model
        return settings
    }
}
