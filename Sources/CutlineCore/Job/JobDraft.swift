/// An entry on its way into the queue, with the job it stands for.
package struct JobDraft: Hashable, Sendable {
    package var key: String
    /// Whether the user gave the key; a default key belongs to one path.
    package var hasOwnKey: Bool
    package var images: [ImageSource]
    /// The images as the user wrote them, for people and exports.
    package var imagesAsGiven: [String]
    /// Nil: the batch's prompt.
    package var prompt: String?
    /// Columns of the manifest that are exported again.
    package var extra: [String: JSONValue]
    package var fingerprint: Fingerprint
    /// What the fingerprint would be in the other identity mode; nil where that is not known, or was not asked for.
    package var otherFingerprint: Fingerprint?
    /// What brought it; nil where nobody will ask what became of it.
    package var input: InputID?
    /// Of its job, where that is new or comes back; nil: normal, or what it was.
    package var priority: Priority?

    package init(
        key: String, hasOwnKey: Bool, images: [ImageSource], imagesAsGiven: [String], prompt: String? = nil,
        extra: [String: JSONValue] = [:], fingerprint: Fingerprint, otherFingerprint: Fingerprint? = nil
    ) {
        self.key = key
        self.hasOwnKey = hasOwnKey
        self.images = images
        self.imagesAsGiven = imagesAsGiven
        self.prompt = prompt
        self.extra = extra
        self.fingerprint = fingerprint
        self.otherFingerprint = otherFingerprint
    }
}
