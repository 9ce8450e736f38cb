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
    /// The first one that a call meets is applied.
    package var faults: [Fault]
    package var rateLimit: CallRate?
    /// The accepted API keys; nil: none is asked for.
    package var keys: Set<String>?
    /// How long a token is good that a key was exchanged for (IndoxHub).
    package var tokenLifetime: Duration
    /// A file to which each call is added (see `CallLog`).
    package var log: FilePath?

    package init(
        port: Int = 0, dialect: Dialect = .openai, latency: Duration = .zero, faults: [Fault] = [],
        rateLimit: CallRate? = nil, keys: Set<String>? = nil, tokenLifetime: Duration = .seconds(3_600), log: FilePath? = nil
    ) {
        self.port = port
        self.dialect = dialect
        self.latency = latency
        self.faults = faults
        self.rateLimit = rateLimit
        self.keys = keys
        self.tokenLifetime = tokenLifetime
        self.log = log
    }
}
