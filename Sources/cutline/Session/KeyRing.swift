import CutlineCore
import CutlineInput
import CutlineProvider
import SystemPackage

/// Where API keys come from: the profile's environment variable, or a file. Never the command line, never the queue.
struct KeyRing: Sendable {
    private let variables: [String: String]
    private let fileKey: String?
    /// The providers that the file's key is for; nil: all.
    private var fileProviders: Set<String>?

    /// - Parameter file: read at once; white space around the key is dropped.
    init(_ environment: Environment, file: String?) throws {
        variables = environment.variables
        fileKey = try file.map { try Self.key(inFile: $0, environment) }
    }

    /// The file's key goes to these providers alone: a batch's other ones have keys of their own.
    func keepingFile(for providers: Set<String>) -> KeyRing {
        var keys = self
        keys.fileProviders = providers
        return keys
    }

    func key(for profile: Profile) -> String? {
        if let fileKey, fileProviders?.contains(profile.name) ?? true { return fileKey }
        let key = profile.apiKeyEnv.flatMap { variables[$0] }?.trimmingSpace
        return key?.isEmpty == true ? nil : key
    }

    /// Refuses a provider that could not be called, before anything is added or sent.
    func check(_ profile: Profile, allowsInsecureHTTP: Bool) throws {
        guard !profile.isInProcess else { return }
        if let objection = ProviderClient.objection(to: profile, allowsInsecureHTTP: allowsInsecureHTTP) {
            throw CommandEnd.usage(objection)
        }
        guard let variable = profile.apiKeyEnv else { return }
        guard let key = key(for: profile) else {
            guard profile.auth.isRequired else { return }
            throw CommandEnd.usage(
                "\(profile.name) needs an API key: set the environment variable \(variable) (export \(variable)=…), or give --api-key-file PATH"
            )
        }
        guard key.canStandInAHeader else {
            throw CommandEnd.usage("\(variable) cannot be an API key: it holds white space or other characters that none has; set it again")
        }
    }

    /// Refuses a provider that has no address until the user gives one.
    static func checkAddress(_ profile: Profile) throws {
        guard !profile.isInProcess, profile.baseURL == nil else { return }
        if let objection = ProviderClient.objection(to: profile, allowsInsecureHTTP: true) { throw CommandEnd.usage(objection) }
    }

    private static func key(inFile name: String, _ environment: Environment) throws -> String {
        let key: String
        do throws(InputError) {
            key = try TextFile.read(environment.path(name)).trimmingSpace
        } catch {
            throw CommandEnd.usage("--api-key-file: \(error); give a file that holds the key alone")
        }
        guard !key.isEmpty else { throw CommandEnd.usage("--api-key-file: \(name) is empty; give a file that holds the key alone") }
        guard key.canStandInAHeader else {
            throw CommandEnd.usage("--api-key-file: \(name) holds more than one word; give a file that holds the key alone")
        }
        return key
    }
}

extension String {
    fileprivate var trimmingSpace: String {
        let start = unicodeScalars.drop { $0.properties.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
