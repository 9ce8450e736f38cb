import CutlineCore
import CutlineInput
import CutlineProvider
import SystemPackage

/// What opens the way to a provider. API keys come from the profile's environment variable or a file, never from the command line or the queue.
struct KeyRing: Sendable {
    let routes: NetworkRoutes
    private let variables: [String: String]
    private let file: KeyFile?
    /// The providers that the file's key is for; nil: all.
    private var fileProviders: Set<String>?

    private struct KeyFile: Sendable {
        let name: String
        let text: KeyText
    }

    /// - Parameters:
    ///   - file: read at once.
    ///   - network: nil where only keys are looked at.
    init(_ environment: Environment, file: String?, network: NetworkOptions?) throws {
        routes = network?.routes(in: environment) ?? .straight
        variables = environment.variables
        self.file = try file.map { KeyFile(name: $0, text: try Self.text(inFile: $0, environment)) }
    }

    /// The file's key goes to these providers alone: a batch's other ones have keys of their own.
    func keepingFile(for providers: Set<String>) -> KeyRing {
        var keys = self
        keys.fileProviders = providers
        return keys
    }

    /// Nil where there is none that could be sent; `check` says why.
    func key(for profile: Profile) -> String? {
        switch found(for: profile) {
        case .success(let key)?: key
        case .failure?, nil: nil
        }
    }

    /// Refuses a provider that could not be called, before anything is added or sent.
    func check(_ profile: Profile, allowsInsecureHTTP: Bool) throws {
        guard !profile.isInProcess else { return }
        if let objection = ProviderClient.objection(to: profile, allowsInsecureHTTP: allowsInsecureHTTP) {
            throw CommandEnd.usage(objection)
        }
        try checkRoute(profile)
        switch found(for: profile) {
        case .success?: return
        case .failure(let objection)?: throw CommandEnd.usage(sentence(objection, profile))
        case nil:
            guard let variable = profile.apiKeyEnv, profile.auth.isRequired else { return }
            throw CommandEnd.usage(
                "\(profile.name) needs an API key: set the environment variable \(variable) (export \(variable)=…), or give --api-key-file PATH"
            )
        }
    }

    /// Refuses a proxy or an authority that cannot be used.
    func checkRoute(_ profile: Profile) throws {
        do throws(NetworkRouteProblem) { try routes.check(profile) } catch {
            throw error.isInFile ? CommandEnd.badInput("\(error)") : CommandEnd.usage("\(error)")
        }
    }

    /// Refuses a provider that has no address until the user gives one.
    static func checkAddress(_ profile: Profile) throws {
        guard !profile.isInProcess, profile.baseURL == nil else { return }
        if let objection = ProviderClient.objection(to: profile, allowsInsecureHTTP: true) { throw CommandEnd.usage(objection) }
    }

    /// Nil: nothing is set, or it is blank.
    private func found(for profile: Profile) -> Result<String, KeyText.Objection>? {
        do throws(KeyText.Objection) {
            if let file = file(for: profile) { return .success(try file.text.key(for: profile.apiKeyEnv)) }
            guard let variable = profile.apiKeyEnv, let value = variables[variable] else { return nil }
            return .success(try KeyText(Array(value.utf8)).key(for: variable))
        } catch {
            return file(for: profile) == nil && error == .empty ? nil : .failure(error)
        }
    }

    private func file(for profile: Profile) -> KeyFile? { fileProviders?.contains(profile.name) ?? true ? file : nil }

    private func sentence(_ objection: KeyText.Objection, _ profile: Profile) -> String {
        guard let file = file(for: profile) else {
            return
                "\(profile.apiKeyEnv ?? "the key") cannot be an API key: it holds white space or other characters that none has; set it again"
        }
        return Self.sentence(objection, file: file.name, variable: profile.apiKeyEnv)
    }

    private static func text(inFile name: String, _ environment: Environment) throws -> KeyText {
        do {
            let text = try KeyText(TextFile.bytes(of: environment.path(name)))
            // What is wrong whichever provider is asked is said before anything else is looked at.
            if case .failure(let objection) = Result(catching: { () throws(KeyText.Objection) in try text.key(for: nil) }) {
                switch objection {
                case .otherVariables: break
                case .empty, .encoding, .severalKeys, .oddCharacters: throw objection
                }
            }
            return text
        } catch let objection as KeyText.Objection {
            throw CommandEnd.usage(sentence(objection, file: name, variable: nil))
        } catch {
            throw CommandEnd.usage("--api-key-file: \(error); give a file that holds the key alone")
        }
    }

    private static func sentence(_ objection: KeyText.Objection, file name: String, variable: String?) -> String {
        let advice = "give a file that holds the key alone"
        switch objection {
        case .empty: return "--api-key-file: \(name) is empty; \(advice)"
        case .encoding(let reason): return "--api-key-file: \(name) \(reason)"
        case .severalKeys: return "--api-key-file: \(name) holds more than one word; \(advice)"
        case .oddCharacters: return "--api-key-file: \(name) holds characters that no key has; \(advice)"
        case .otherVariables(let names):
            let missing = variable.map { ", but not \($0)" } ?? ""
            return "--api-key-file: \(name) holds \(names.joined(separator: ", "))\(missing); name the right one there, or \(advice)"
        }
    }
}
