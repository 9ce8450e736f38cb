import Dispatch
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Many seeds, on threads of their own: simulations never wait, so they would keep all other tests from theirs.
final class SeedRun: Sendable {
    private struct State {
        var next = 0
        var failures: [String] = []
        var judged = Judged()
    }

    /// What the law of throughput could be asked of.
    struct Judged {
        var calmWorlds = 0
        /// Those with at least one span that was judged.
        var worlds = 0
        var spans = 0
    }

    private let seeds: [UInt64]
    private let sabotage: Sabotage?
    private let stopsAtFailure: Bool
    private let state = Mutex(State())

    var judged: Judged { state.withLock { $0.judged } }

    /// - Parameter sabotage: where it names a law, only that counts.
    init(seeds: [UInt64], sabotage: Sabotage? = nil, stopsAtFailure: Bool = false) {
        self.seeds = seeds
        self.sabotage = sabotage
        self.stopsAtFailure = stopsAtFailure
    }

    /// Each with its seed, what it stands for and its last steps.
    func failures() async -> [String] {
        await withTaskGroup { group in
            for number in 0..<min(ProcessInfo.processInfo.activeProcessorCount, seeds.count) {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        DispatchQueue(label: "seeds \(number)").async { @Sendable in
                            while let seed = self.nextSeed() { self.run(seed) }
                            continuation.resume()
                        }
                    }
                }
            }
        }
        return state.withLock { $0.failures }
    }

    private func nextSeed() -> UInt64? {
        state.withLock { state in
            guard state.next < seeds.count, !(stopsAtFailure && !state.failures.isEmpty) else { return nil }
            state.next += 1
            if state.next % 1_000 == 0 { print("\(state.next) of \(seeds.count) seeds, \(state.failures.count) failed") }
            return seeds[state.next - 1]
        }
    }

    private func run(_ seed: UInt64) {
        do {
            let simulation = try Simulation(seed: seed, sabotage: sabotage)
            do { try simulation.run() } catch { fail("CUTLINE_SEED=\(seed): \(error)\n\(simulation.report)") }
            if sabotage == nil, simulation.plan.isCalm { count(simulation.judgedSpans) }
        } catch { fail("CUTLINE_SEED=\(seed): \(error)") }
    }

    private func count(_ spans: Int) {
        state.withLock {
            $0.judged.calmWorlds += 1
            $0.judged.worlds += spans > 0 ? 1 : 0
            $0.judged.spans += spans
        }
    }

    private func fail(_ text: String) {
        if let law = sabotage?.law, !text.contains(law) { return }
        // A long run tells at once.
        print(sabotage.map { "\($0): " } ?? "", text.prefix { $0 != "\n" }, separator: "")
        state.withLock { $0.failures.append(text) }
    }
}
