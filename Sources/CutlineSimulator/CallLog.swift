import CutlineCore
import SystemPackage

/// A file with two lines of JSON for each call, each added with one write, so that several processes may share it.
///
///     {"event":"received","call":7,"time_ms":…,"path":"/v1/chat/completions","dialect":"openai","headers":["authorization","user-agent"],
///      "model":"sim-1","prompt":"…","pictures":[{"format":"jpeg","width":640,"height":480,"bytes":23456,"sha256":"…","sent":"inline"}],
///      "parameters":["max_tokens"]}
///     {"event":"answered","call":7,"time_ms":…,"status":200,"tokens":310}
///
/// `received` is written once the whole body has been read; model, prompt, pictures and parameters are left out where the body says nothing
/// usable. `headers` names those that say who calls, `sent` is `url` or `inline`, `parameters` are the members beside model and messages.
/// `tokens` is what the call used, where it was given its caption. `answered` follows when the answer has been handed to the socket. `status` is null where none was sent, and `fault` names the
/// fault that was played, or is `closed` where the connection ended before the answer was written.
struct CallLog: Sendable {
    /// What is noted of a call beside its body.
    struct Sender {
        var path: String
        var dialect: String
        var headers: [String]
    }

    private let file: FileDescriptor

    init(appendingTo path: FilePath) throws {
        file = try .open(
            path, .writeOnly, options: [.append, .create, .closeOnExec], permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }

    func close() throws { try file.close() }

    func received(_ request: ChatRequest?, _ sender: Sender, call: Int, at time: Timestamp) throws {
        try write("received", call: call, at: time) { line in
            line.key("path")
            line.value(sender.path)
            line.key("dialect")
            line.value(sender.dialect)
            line.key("headers")
            line.value(.array(sender.headers.map(JSONValue.string)))
            guard let request else { return }
            line.key("model")
            line.value(request.model)
            line.key("prompt")
            line.value(request.prompt)
            line.key("pictures")
            line.openArray()
            for picture in request.pictures { line.add(picture) }
            line.closeArray()
            line.key("parameters")
            line.value(.array(request.parameters.map(JSONValue.string)))
        }
    }

    func answered(call: Int, status: Int?, fault: String?, tokens: Int?, at time: Timestamp) throws {
        try write("answered", call: call, at: time) { line in
            line.key("status")
            line.value(status)
            if let tokens {
                line.key("tokens")
                line.value(tokens)
            }
            guard let fault else { return }
            line.key("fault")
            line.value(fault)
        }
    }

    private func write(_ event: String, call: Int, at time: Timestamp, _ members: (inout JSONText) -> Void) throws {
        var line = JSONText()
        line.openObject()
        line.key("event")
        line.value(event)
        line.key("call")
        line.value(call)
        line.key("time_ms")
        line.value(time.milliseconds)
        members(&line)
        line.closeObject()
        line.raw("\n")
        _ = try line.bytes.withUnsafeBytes { try file.write($0) }
    }
}

extension JSONText {
    fileprivate mutating func add(_ picture: SentPicture) {
        openObject()
        key("format")
        value(picture.format.rawValue)
        key("width")
        value(picture.size?.width)
        key("height")
        value(picture.size?.height)
        key("bytes")
        value(picture.byteCount)
        key("sha256")
        value(picture.sha256)
        key("sent")
        value(picture.url == nil ? "inline" : "url")
        closeObject()
    }
}
