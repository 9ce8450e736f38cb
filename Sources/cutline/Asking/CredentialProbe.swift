import CutlineCore
import CutlineInput
import CutlineProvider
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One call with a small picture: it shows that the key is taken, the address is right and the model sees.
struct CredentialProbe {
    let profile: Profile
    let model: String
    let key: String?
    let routes: NetworkRoutes
    /// Where it is known.
    let price: Price?
    let allowsInsecureHTTP: Bool
    let environment: Environment

    /// The shortest answer that every provider accepts as a limit.
    private static let maxTokens = 16
    private static let timeout = Duration.seconds(60)

    func run() async throws -> Outcome {
        let place = try TemporaryPlace(in: environment.temporaryFolder)
        defer { withExtendedLifetime(place) {} }
        let file = place.path.appending("disc.png")
        try Self.picture.write(to: URL(filePath: file.string))
        let simulator = InProcessSimulator()
        let client = ProviderClient(
            connections: 1, allowsInsecureHTTP: allowsInsecureHTTP, allowsPrivateHosts: false, routes: routes,
            temporaryFolder: environment.temporaryFolder, redraft: Drafter.redraft, now: environment.now)
        let outcome = await call(client, simulator, file)
        await client.shutdown()
        await simulator.stop()
        return outcome.priced(with: price, images: 1)
    }

    private func call(_ client: ProviderClient, _ simulator: InProcessSimulator, _ file: FilePath) async -> Outcome {
        do {
            var profile = profile
            if profile.isInProcess { profile = profile.started(at: try await simulator.address()) }
            let settings = BatchSettings(
                name: "check", profile: profile, model: model, prompt: "What is this?", parameters: Parameters(maxTokens: Self.maxTokens))
            guard let item = try InputPlan.read([file.string], from: environment.folder).checked(for: settings).sample(1).first else {
                return .notSent("the picture to send is missing")
            }
            let request = CaptionRequest(
                model: model, prompt: settings.prompt, images: item.images.map(\.source), parameters: settings.parameters)
            return await client.call(request, profile: profile, key: key, timeout: Self.timeout)
        } catch { return .notSent("\(error)") }
    }

    /// A red disc, 64 × 64 pixels.
    private static let picture = Data(
        base64Encoded: """
            iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAoUlEQVR42u3ZuRHAIAwF0V8O/dfjIpyQuwUOGR3sjArYl4Gk3t/UIwAAAAAAAAAAAABW87Q2\
            MhEBg+nmDLmkGzLkW79vkG/6PkNB6pcNilO/ZrgP8Gv9gkHR6mcNNwGO1U8ZrgEcrh83AAAAAAAAAAAAAOA5nQLAlzIAIP1WgsVWDED63WiF7XSF+0CRC02F\
            G1mRKyWHbgAAAAAAAABAwvkAC/R29r1Qv9oAAAAASUVORK5CYII=
            """)!
}
