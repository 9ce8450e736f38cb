import CutlineCore
import GRDB

/// A route's number in its queue.
package struct RouteID: Codable, Hashable, Comparable, Sendable {
    package let number: Int64

    package init(_ number: Int64) { self.number = number }

    /// The batch's own provider and model.
    package static let own = RouteID(0)

    package static func < (a: RouteID, b: RouteID) -> Bool { a.number < b.number }
}

/// Who is asked.
package struct Asked: Codable, Hashable, Sendable {
    package var provider: String
    package var model: String

    package init(provider: String, model: String) {
        self.provider = provider
        self.model = model
    }
}

/// A provider and model at which jobs of a batch may be asked besides the batch's own.
package struct Route: Hashable, Sendable {
    package let id: RouteID
    package let batch: BatchID
    /// Its place in the batch's fallback list, from 1; nil: a person sent jobs there, or it left the list.
    package let position: Int?
    package let profile: Profile
    package let model: String
    /// Jobs that wait for it.
    package let queued: Int

    /// Whether a run of the batch may call it.
    package var isInUse: Bool { position != nil || queued > 0 }
    package var asked: Asked { Asked(provider: profile.name, model: model) }
}

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

extension QueueReader {
    /// Of every batch, in the order in which they were made; those of fallback lists by their place.
    package func routes() throws -> [Route] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM routes ORDER BY batch, position IS NULL, position, id").map { try Route($0) }
        }
    }
}

extension Route {
    fileprivate init(_ row: Row) throws {
        id = RouteID(row["id"])
        batch = BatchID(row["batch"])
        position = row["position"]
        profile = try JSONColumn.decode(from: row["profile"])
        model = row.text("model")
        queued = row["queued"]
    }
}
