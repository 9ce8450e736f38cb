import CutlineCore

/// What is done about a call that was read whole.
struct Ruling {
    enum Ending {
        case answer(ScriptedAnswer)
        case refuse(ScriptedRefusal)
        case fault(Fault.Kind)
    }

    var ending: Ending
    var latency: Duration

    static func refuse(_ refusal: ScriptedRefusal) -> Ruling { Ruling(ending: .refuse(refusal), latency: .zero) }
}

/// Decides about calls: key, client and limits first, then the faults of the options, then the form of the call, then its own markers,
/// then what the dialect does not take.
struct Script: Sendable {
    let options: SimulatorOptions
    let book: CallBook

    /// - Parameter objection: to the caller: a wrong key, or a header that the dialect refuses.
    func verdict(on request: Result<ChatRequest, ScriptedRefusal>, call: Arrival, objection: ScriptedRefusal?, wire: Wire) -> Ruling {
        if let objection { return .refuse(objection) }
        let readable = try? request.get()  // A fault does not look at what was not readable.
        if let refusal = book.refusal(of: readable) { return .refuse(refusal) }
        let latency = options.latency(of: call.number)
        if let fault = fault(for: call, request: readable) { return Ruling(ending: .fault(fault), latency: latency) }
        switch request {
        case .failure(let refusal): return .refuse(refusal)
        case .success(let request): return verdict(on: request, latency: latency, wire: wire)
        }
    }

    /// The flagged fault of a call.
    func fault(for call: Arrival, request: ChatRequest?) -> Fault.Kind? {
        options.faults.first { $0.applies(to: call, request) && $0.kind.applies(to: request) }?.kind
    }

    /// Whether the first flagged fault is a reset before the body is read.
    func resetsEarly(_ call: Arrival) -> Bool { options.faults.first { $0.applies(to: call, nil) }?.kind == .resetEarly }

    private func verdict(on request: ChatRequest, latency: Duration, wire: Wire) -> Ruling {
        do {
            var markers = try Marker.all(in: request.prompt).filter { $0.kind?.applies(to: request) ?? true }
            if markers.contains(where: { $0.times != nil }) {
                let seen = book.see(request.digest)
                markers.removeAll { !$0.applies(toRepeat: seen) }
            }
            let latency = markers.reduce(latency) { $0 + $1.latency }
            if let fault = markers.lazy.compactMap(\.kind).first { return Ruling(ending: .fault(fault), latency: latency) }
            if let objection = wire.objection(to: request) { return .refuse(objection) }
            return Ruling(ending: .answer(ScriptedAnswer(to: request)), latency: latency)
        } catch {
            return .refuse(.invalidRequest("\(error)."))
        }
    }
}
