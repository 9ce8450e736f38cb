import SystemPackage

/// How a simulator behaves. The default answers every call at once.
package struct SimulatorOptions: Sendable {
    /// Which provider's addresses `Simulator.baseURL` leads to. Both forms are served whatever is chosen: the path decides the answer.
    package enum Dialect: String, CaseIterable, Sendable {
        /// The base URL ends in `/v1`; answers are OpenAI's chat completions.
        case openai
        /// The base URL is the origin; `/api/v1/chat/completions/` answers in IndoxHub's envelope.
        case indoxhub
    }

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
    package var dialect: Dialect
    /// Waited before a call that was accepted is answered, and before a fault other than `reset-early`.
    package var latency: Duration
    /// The first one that a call meets is applied.
    package var faults: [Fault]
    package var rateLimit: CallRate?
    /// The accepted API keys; nil: none is asked for.
    package var keys: Set<String>?
    /// A file to which each call is added (see `CallLog`).
    package var log: FilePath?

    package init(
        port: Int = 0, dialect: Dialect = .openai, latency: Duration = .zero, faults: [Fault] = [],
        rateLimit: CallRate? = nil, keys: Set<String>? = nil, log: FilePath? = nil
    ) {
        self.port = port
        self.dialect = dialect
        self.latency = latency
        self.faults = faults
        self.rateLimit = rateLimit
        self.keys = keys
        self.log = log
    }
}
