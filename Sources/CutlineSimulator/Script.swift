import CutlineCore

/// What is done about a call that was read whole.
struct Verdict {
    enum Ending {
        case answer(Answer)
        case refuse(Refusal)
        case fault(Fault.Kind)
    }

    var ending: Ending
    var latency: Duration

    static func refuse(_ refusal: Refusal) -> Verdict { Verdict(ending: .refuse(refusal), latency: .zero) }
}

/// Decides about calls: key and rate first, then the faults of the options, then the form of the call, then its own markers.
struct Script: Sendable {
    let options: SimulatorOptions
    let book: CallBook

    /// - Parameter authorization: the header's value.
    func verdict(on request: Result<ChatRequest, Refusal>, call: Int, authorization: String?) -> Verdict {
        guard isKnown(authorization) else { return .refuse(.wrongKey) }
        guard book.isWithinRate() else { return .refuse(.overRate) }
        if let fault = fault(for: call) { return Verdict(ending: .fault(fault), latency: options.latency) }
        switch request {
        case .failure(let refusal): return .refuse(refusal)
        case .success(let request): return verdict(on: request)
        }
    }

    /// The flagged fault of a call.
    func fault(for call: Int) -> Fault.Kind? { options.faults.first { $0.applies(to: call) }?.kind }

    func isKnown(_ authorization: String?) -> Bool {
        guard let keys = options.keys else { return true }
        guard let authorization, authorization.hasPrefix("Bearer ") else { return false }
        return keys.contains(String(authorization.dropFirst("Bearer ".count)))
    }

    private func verdict(on request: ChatRequest) -> Verdict {
        do {
            var markers = try Marker.all(in: request.prompt)
            if markers.contains(where: { $0.times != nil }) {
                let seen = book.see(request.digest)
                markers.removeAll { !$0.applies(toRepeat: seen) }
            }
            let latency = markers.reduce(options.latency) { $0 + $1.latency }
            guard let fault = markers.lazy.compactMap(\.kind).first else {
                return Verdict(ending: .answer(Answer(to: request)), latency: latency)
            }
            return Verdict(ending: .fault(fault), latency: latency)
        } catch {
            return .refuse(.invalidRequest("\(error)."))
        }
    }
}
