import CutlineCore

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
