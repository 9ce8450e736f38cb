import CutlineCore
import CutlineProvider
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension CountedTask {
    /// Reading a provider's answer into a caption, with its usage.
    static let answer = CountedTask(open: { _ in
        let reader = AnswerReader(now: .start, sentAddresses: false, key: "sk-0123456789abcdef")
        let answer = Answer(
            status: 200, headers: ["content-type": "application/json", "x-request-id": "req_7f3a", "x-ratelimit-remaining-requests": "59"],
            body: Array(answerText.utf8))
        return { _ in
            guard case .caption = reader.outcome(of: answer) else { throw Bench.Unexpected(what: "no caption") }
        }
    })

    /// Preparing the body of a request with a picture of 100 kB, as a call streams it.
    static let body = CountedTask { folder in
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        let file = try FileDescriptor.open(picture(folder), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        _ = try file.closeAfter { try file.writeAll(bytes) }
    } open: { folder in
        let request = CaptionRequest(
            model: Bench.settings.model, prompt: Bench.settings.prompt,
            images: [.file(PictureFile(path: picture(folder), stamp: try stamp(of: picture(folder)), format: .jpeg, digest: nil))],
            parameters: Bench.settings.parameters)
        return { _ in
            var length = 0
            try request.forEachPiece(for: Bench.settings.profile) { length += $0.count }
            guard Int64(length) == request.bodyLength(for: Bench.settings.profile) else { throw Bench.Unexpected(what: "\(length) bytes") }
        }
    }

    private static func picture(_ folder: FilePath) -> FilePath { folder.appending("picture.jpg") }

    private static func stamp(of file: FilePath) throws -> FileStamp {
        var status = stat()
        guard file.withPlatformString({ stat($0, &status) }) == 0 else { throw Errno(rawValue: errno) }
        return FileStamp(status)
    }

    private static let answerText = """
        {"id":"chatcmpl-7f3a","object":"chat.completion","created":1732650000,"model":"sim-1-0001","service_tier":"default",
        "choices":[{"index":0,"message":{"role":"assistant","content":"A grey harbour at dawn, with two fishing boats at the quay and a \
        crane behind them.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],
        "usage":{"prompt_tokens":310,"completion_tokens":21,"total_tokens":331,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},
        "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}},"system_fingerprint":"fp_44709d6fcb"}
        """
}
