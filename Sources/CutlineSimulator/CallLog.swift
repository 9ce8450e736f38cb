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
/// usable. `tier` is the service tier that was asked for, where one was. `headers` names those that say who calls, `sent` is `url` or `inline`, `parameters` are the members beside model and messages.
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
            line.member("path", sender.path)
            line.member("dialect", sender.dialect)
            line.member("headers", sender.headers)
            guard let request else { return }
            line.member("model", request.model)
            line.member("prompt", request.prompt)
            line.member("pictures", request.pictures) { $0.add($1) }
            line.member("parameters", request.parameters)
            if let tier = request.tier { line.member("tier", tier) }
        }
    }

    func answered(call: Int, status: Int?, fault: String?, tokens: Int?, at time: Timestamp) throws {
        try write("answered", call: call, at: time) { line in
            line.member("status", status)
            if let tokens { line.member("tokens", tokens) }
            if let fault { line.member("fault", fault) }
        }
    }

    private func write(_ event: String, call: Int, at time: Timestamp, _ members: (inout JSONText) -> Void) throws {
        var line = JSONText()
        line.openObject()
        line.member("event", event)
        line.member("call", call)
        line.member("time_ms", time.milliseconds)
        members(&line)
        line.closeObject()
        line.raw("\n")
        _ = try line.bytes.withUnsafeBytes { try file.write($0) }
    }
}

extension JSONText {
    fileprivate mutating func add(_ picture: SentPicture) {
        openObject()
        member("format", picture.format.rawValue)
        member("width", picture.size?.width)
        member("height", picture.size?.height)
        member("bytes", picture.byteCount)
        member("sha256", picture.sha256)
        member("sent", picture.url == nil ? "inline" : "url")
        closeObject()
    }
}
