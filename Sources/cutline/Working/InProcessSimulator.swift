import CutlineSimulator

/// The simulator that answers for `"provider": "simulator"`, started when the first call needs it.
actor InProcessSimulator {
    private var simulator: Simulator?

    /// Its base URL.
    func address() async throws -> String {
        if let simulator { return simulator.baseURL }
        let started = try await Simulator.start(SimulatorOptions(dialect: .simulator))
        simulator = started
        return started.baseURL
    }

    func stop() async { await simulator?.stop() }
}
