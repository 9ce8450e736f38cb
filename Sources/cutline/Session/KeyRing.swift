import CutlineCore
import CutlineInput
import CutlineProvider
import SystemPackage

/// Where API keys come from: the profile's environment variable, or a file. Never the command line, never the queue.
struct KeyRing: Sendable {
    private let variables: [String: String]
    private let fileKey: String?

    /// - Parameter file: read at once; white space around the key is dropped.
    init(_ environment: Environment, file: String?) throws {
        variables = environment.variables
        fileKey = try file.map { name in
            let text = try TextFile.read(environment.path(name))
            let key = text.trimmingSpace
            guard !key.isEmpty else { throw CommandEnd.usage("the key file \(name) is empty") }
            return key
        }
    }

    func key(for profile: Profile) -> String? {
        if let fileKey { return fileKey }
        let key = profile.apiKeyEnv.flatMap { variables[$0] }?.trimmingSpace
        return key?.isEmpty == true ? nil : key
    }

    /// Refuses a provider that could not be called, before anything is added or sent.
    func check(_ profile: Profile, allowsInsecureHTTP: Bool) throws {
        // Without a base URL it is the simulator, which is started in process.
        guard profile.baseURL != nil else { return }
        if let objection = ProviderClient.objection(to: profile, allowsInsecureHTTP: allowsInsecureHTTP) {
            throw CommandEnd.usage(objection)
        }
        guard let variable = profile.apiKeyEnv, key(for: profile) == nil else { return }
        throw CommandEnd.usage(
            "\(profile.name) needs an API key: set the environment variable \(variable) (export \(variable)=…), or give --api-key-file PATH"
        )
    }
}

extension String {
    var trimmingSpace: String {
        let start = unicodeScalars.drop { $0.properties.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
