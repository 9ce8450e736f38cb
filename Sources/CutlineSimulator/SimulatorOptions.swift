import SystemPackage

/// How a simulator behaves. The default answers every call at once.
package struct SimulatorOptions: Sendable {
    /// A token bucket: `burst` calls at once, refilled with `perSecond`. A call that finds it empty is refused with status 429 and
    /// `Retry-After: 1`, however soon the next token comes.
    package struct CallRate: Hashable, Sendable {
        package var perSecond: Double
        package var burst: Double

        package init(perSecond: Double, burst: Double = 1) {
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    /// 0: any free port.
    package var port: Int
    /// Whose wire is spoken, and where `Simulator.baseURL` leads.
    package var dialect: Dialect
    /// Waited before a call that was accepted is answered, and before a fault other than `reset-early`.
    package var latency: Duration
    /// By which share, of 1, a call's latency may be shorter or longer, evenly spread.
    package var latencySpread: Double
    /// The first one that a call meets is applied.
    package var faults: [Fault]
    package var rateLimit: CallRate?
    /// Limits on calls and tokens; all hold. A refused call is told how long it has to wait, in whole seconds.
    package var limits: [WindowLimit]
    /// In any minute: prompt and answer, counted when a call comes. A call over it is refused.
    package var tokensPerMinute: Int?
    /// The accepted API keys; nil: none is asked for.
    package var keys: Set<String>?
    /// How long a token is good that a key was exchanged for (IndoxHub).
    package var tokenLifetime: Duration
    /// A file to which each call is added (see `CallLog`).
    package var log: FilePath?

    package init(
        port: Int = 0, dialect: Dialect = .openai, latency: Duration = .zero, faults: [Fault] = [],
        rateLimit: CallRate? = nil, limits: [WindowLimit] = [], tokensPerMinute: Int? = nil, latencySpread: Double = 0,
        keys: Set<String>? = nil, tokenLifetime: Duration = .seconds(3_600), log: FilePath? = nil
    ) {
        self.port = port
        self.dialect = dialect
        self.latency = latency
        self.faults = faults
        self.latencySpread = latencySpread
        self.rateLimit = rateLimit
        self.limits = limits
        self.tokensPerMinute = tokensPerMinute
        self.keys = keys
        self.tokenLifetime = tokenLifetime
        self.log = log
    }

    /// Always the same for the same call.
    func latency(of call: Int) -> Duration {
        guard latencySpread > 0 else { return latency }
        return latency * (1 + latencySpread * (2 * Fault.draw(call, salt: 1 << 40) - 1))
    }
}
