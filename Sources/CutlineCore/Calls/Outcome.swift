/// What one attempt came to.
package enum Outcome: Codable, Hashable, Sendable {
    case caption(Caption)
    /// Refused, or answered with a failure, or never handed over.
    case failure(Failure)
    /// The whole request was handed to the connection and no complete answer came: it may have been billed.
    case unknown(Failure)
    /// Not sent for a reason of ours that is not the job's (stopping, no descriptors, no memory).
    case notSent(String)
    /// Not sent: a picture is no longer the file that was added. These are the job's pictures as they are now, and what they make of it.
    case changed(images: [ImageSource], fingerprint: Fingerprint)
}

extension Outcome {
    /// What the provider said of its limits beside it; nil where it said nothing, or never answered.
    package var announced: Announced? {
        get {
            switch self {
            case .caption(let caption): caption.announced
            case .failure(let failure), .unknown(let failure): failure.announced
            case .notSent, .changed: nil
            }
        }
        set {
            switch self {
            case .caption(var caption):
                caption.announced = newValue
                self = .caption(caption)
            case .failure(var failure):
                failure.announced = newValue
                self = .failure(failure)
            case .unknown(var failure):
                failure.announced = newValue
                self = .unknown(failure)
            case .notSent, .changed: break
            }
        }
    }
}
