import CutlineCore

extension NetworkRoute {
    /// On plain http a proxy's own refusals look like the provider's: one that is not JSON, or says that it is a proxy's, is named as such. What it
    /// may have cost stays as it was read.
    func blaming(_ outcome: Outcome, for answer: Answer, host: String) -> Outcome {
        guard case .forward(let proxy) = path, case .failure(var failure) = outcome, isProxys(answer) else { return outcome }
        switch answer.status {
        case 401, 407:
            let knows = proxy.address.credentials != nil
            failure.kind = .forbidden
            failure.message =
                knows
                ? "\(proxy.words) does not accept its user name and password (HTTP \(answer.status)); correct them where they are set"
                : "\(proxy.words) wants a user name and password (HTTP \(answer.status)); write them into the variable: "
                    + "http://user:password@host:port"
        case 403:
            failure.kind = .forbidden
            failure.message = "\(proxy.words) does not allow \(host) (HTTP 403), or the host behind it refused"
        default: failure.message += " (through \(proxy.words))"
        }
        failure.remedy = nil
        return .failure(failure)
    }

    private func isProxys(_ answer: Answer) -> Bool {
        guard answer.status >= 400 else { return false }
        if answer.status == 407 || answer.headers.contains(name: "proxy-authenticate") { return true }
        return [401, 403, 502, 503, 504].contains(answer.status) && answer.body.first { $0 > 0x20 } != UInt8(ascii: "{")
    }
}
