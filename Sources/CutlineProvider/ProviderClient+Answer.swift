import CutlineCore

extension ProviderClient {
    /// What a complete answer comes to.
    func outcome(of answer: Answer, to call: Call) -> Outcome {
        var answer = answer
        if (200..<300).contains(answer.status), answer.isEventStream {
            guard let body = JoinedEvents.body(of: answer.body) else {
                return .unknown(
                    Failure(.connectionLost, "the stream ended before the answer did", status: answer.status, billed: .unknown))
            }
            answer.body = body
        }
        let outcome = AnswerReader(now: now(), sentAddresses: call.sendsAddresses, key: call.key).outcome(of: answer)
        guard case .failure(var failure) = outcome, answer.saysWrongPath, failure.kind == .wrongEndpoint,
            let next = call.nextChatPath
        else { return outcome }
        failure.message = "no answer for captions at \(call.address) (HTTP \(answer.status)); the next call goes to \(next)"
        failure.remedy = .chatPath(next)
        return .failure(failure)
    }
}

extension Answer {
    fileprivate var isEventStream: Bool {
        headers.first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") == true
    }

    /// A redirect, or a page for people where an API would answer in JSON.
    fileprivate var saysWrongPath: Bool {
        if (300..<400).contains(status) { return true }
        let isHTML = headers.first(name: "content-type")?.lowercased().contains("html") == true
        let start = body.prefix(200).first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return [403, 404, 405, 419].contains(status) && (isHTML || start == UInt8(ascii: "<"))
    }
}
