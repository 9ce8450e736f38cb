import CutlineCore

/// One picture as it was named and as it was found.
package struct InputImage: Hashable, Sendable {
    /// As the user wrote it; for a picture in a folder the folder as written and the path below it.
    package var asGiven: String
    /// A file carries its stamp and format, but no digest yet.
    package var source: ImageSource

    package init(asGiven: String, source: ImageSource) {
        self.asGiven = asGiven
        self.source = source
    }
}

/// A checked entry that is not hashed yet. There may be a million of them, so one picture needs no list.
package struct InputItem: Hashable, Sendable {
    package var key: String
    /// Whether the user gave the key; a default key belongs to one path.
    package var hasOwnKey: Bool
    /// Nil: the batch's prompt.
    package var prompt: String?
    /// Columns of a manifest that are exported again.
    package var extra: [String: JSONValue]
    /// Which of the inputs brought it, in the order in which they were given.
    package var input = 0
    private var first: InputImage
    private var others: [InputImage]

    package init(
        key: String, hasOwnKey: Bool, image: InputImage, others: [InputImage] = [], prompt: String? = nil,
        extra: [String: JSONValue] = [:]
    ) {
        self.key = key
        self.hasOwnKey = hasOwnKey
        first = image
        self.others = others
        self.prompt = prompt
        self.extra = extra
    }

    /// In the order in which they are sent; never empty.
    package var images: [InputImage] { [first] + others }
}
