/// One exported entry.
package struct Record: Hashable, Sendable {
    package struct Problem: Hashable, Sendable {
        package var kind: FailureClass
        package var status: Int?
        package var message: String

        package init(kind: FailureClass, status: Int?, message: String) {
            self.kind = kind
            self.status = status
            self.message = message
        }
    }

    /// The entry's number.
    package var id: Int64
    package var key: String
    package var batch: String
    package var state: JobState
    /// As the user gave them.
    package var images: [String]
    package var prompt: String
    /// Nil where there is no caption.
    package var caption: Caption?
    package var provider: String
    package var requestedModel: String
    /// Counted calls.
    package var attempts: Int
    package var latency: Duration?
    package var problem: Problem?
    package var createdAt: Timestamp
    package var finishedAt: Timestamp?
    package var extra: [String: JSONValue]
    /// The pictures themselves as they were sent, in the order of `images`; where the entry is a copy of a picture, the copy.
    package var pictures: [ImageSource]
    /// Whether the user gave the key; else it is the picture's path below the named folder, or its URL.
    package var hasOwnKey: Bool
    /// The batch in which the caption was paid for, where it was taken over from there: usage, cost and latency stand with that one.
    package var reusedFrom: String?
    /// When it was seen that its picture had left the input; nil while it is there.
    package var missingSince: Timestamp?
    /// All entries of its picture, itself among them, where an export brings them together; else none.
    package var group: [Record] = []

    package init(
        id: Int64, key: String, batch: String, state: JobState, images: [String], prompt: String, caption: Caption? = nil,
        provider: String, requestedModel: String, attempts: Int, latency: Duration? = nil, problem: Problem? = nil,
        createdAt: Timestamp, finishedAt: Timestamp? = nil, extra: [String: JSONValue] = [:],
        pictures: [ImageSource] = [], hasOwnKey: Bool = false, reusedFrom: String? = nil,
        missingSince: Timestamp? = nil
    ) {
        self.id = id
        self.key = key
        self.batch = batch
        self.state = state
        self.images = images
        self.prompt = prompt
        self.caption = caption
        self.provider = provider
        self.requestedModel = requestedModel
        self.attempts = attempts
        self.latency = latency
        self.problem = problem
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.extra = extra
        self.pictures = pictures
        self.hasOwnKey = hasOwnKey
        self.reusedFrom = reusedFrom
        self.missingSince = missingSince
    }
}
