/// A whole HTTP answer.
struct Reply {
    var status: Int
    var contentType = "application/json"
    var headers: [(String, String)] = []
    var pieces: [[UInt8]]
    /// Sent without announcing its length.
    var isStream = false

    init(status: Int, contentType: String = "application/json", body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        pieces = body.isEmpty ? [] : [body]
    }

    /// Server-sent events.
    init(events: [[UInt8]]) {
        status = 200
        contentType = "text/event-stream"
        pieces = events
        isStream = true
    }

    var announcedLength: Int? { isStream ? nil : pieces.reduce(0) { $0 + $1.count } }
    var body: [UInt8] { Array(pieces.joined()) }

    static let empty = Reply(status: 200, body: [])
    static let whitespace = Reply(status: 200, body: Array("          ".utf8))
    static let garbage = html(status: 200, "<h1>Please wait</h1><p>Your request is being checked.</p>")
    /// What Groq says of a model's text that is not the JSON that was asked for.
    static let failedGeneration = Reply(
        status: 400,
        body: Array(
            #"""
            {"error":{"message":"Failed to validate JSON. Please adjust your prompt. See 'failed_generation' for more details.",\#
            "type":"invalid_request_error","code":"json_validate_failed","failed_generation":"A picture {\"width\": 640"}}
            """#.utf8))
    /// What IndoxHub's web framework says to a POST without the trailing slash.
    static let slashMissing = html(status: 403, "<h1>Forbidden</h1><p>CSRF verification failed.</p>")

    static func html(status: Int, _ text: String) -> Reply {
        Reply(status: status, contentType: "text/html", body: Array("<!DOCTYPE html><html><body>\(text)</body></html>".utf8))
    }
}
