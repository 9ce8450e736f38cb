import CutlineCore
import CutlineProvider
import CutlineQueue

/// Sends claims: finds the claim's profile and key, and hands the request to the provider.
package actor CallSender {
    package nonisolated let timeout: Duration
    package nonisolated let flexTimeout: Duration
    private let client: ProviderClient
    private let queue: QueueReader
    private let key: @Sendable (Profile) -> String?
    private let startSimulator: @Sendable () async throws -> String
    private var profiles: [Place: (stored: StoredProfile, ready: Profile)] = [:]
    /// Where a batch's jobs are asked.
    private struct Place: Hashable {
        let batch: BatchID
        let route: RouteID
    }

    private var simulator: Task<String, any Error>?

    /// - Parameters:
    ///   - timeout: the deadline of one call.
    ///   - flexTimeout: of one at flex; nil: the same.
    ///   - key: the API key for a profile; nil where there is none.
    ///   - simulator: starts the provider of profiles without a base URL and returns its address; called once, when it is needed.
    package init(
        client: ProviderClient, queue: QueueReader, timeout: Duration, flexTimeout: Duration? = nil,
        key: @escaping @Sendable (Profile) -> String?,
        simulator: @escaping @Sendable () async throws -> String
    ) {
        self.client = client
        self.queue = queue
        self.timeout = timeout
        self.flexTimeout = flexTimeout ?? timeout
        self.key = key
        startSimulator = simulator
    }

    /// One call for one claim; `progress` is told how far it has come.
    package nonisolated func call(_ claim: Claim, _ progress: CallProgress) async -> Outcome {
        let profile: Profile
        do { profile = try await self.profile(of: Place(batch: claim.batch, route: claim.route)) } catch let failure as Failure {
            return .failure(failure)
        } catch {
            return .notSent("\(error)")
        }
        let key = key(profile)
        if let variable = profile.neededKeyVariable, key == nil {
            return .failure(Failure(.unauthorized, "there is no API key: set the environment variable \(variable)"))
        }
        let timeout = claim.request.tier == .flex ? flexTimeout : timeout
        let outcome = await client.call(
            claim.request, profile: profile, key: key, timeout: timeout, trust: claim.trust(timeout: timeout),
            progress: progress)
        return outcome.priced(
            with: profile.price(of: claim.request.model), images: claim.request.images.count, flex: profile.flex?.price ?? .whole)
    }

    private func profile(of place: Place) async throws -> Profile {
        // A later run may have changed its address, headers or prices.
        let known = profiles[place]
        let stored = try queue.profile(of: place.batch, place.route, unlessStill: known?.stored)
        if let known, known.stored == stored { return known.ready }
        var profile = stored.profile
        if profile.isInProcess { profile = profile.started(at: try await simulatorAddress()) }
        profiles[place] = (stored, profile)
        return profile
    }

    private func simulatorAddress() async throws -> String {
        let task = simulator ?? Task { try await startSimulator() }
        simulator = task
        do { return try await task.value } catch {
            simulator = nil
            throw Failure(.unreachable, "the simulator cannot be started: \(error)")
        }
    }
}
