import CutlineCore
import CutlineProvider

/// Asks a provider for its models where that is of use and not the task itself.
enum ModelLookup {
    enum Outcome {
        case list(ModelList)
        /// The profile names no list.
        case none
        /// It could not be had, and why.
        case missing(String)

        var list: ModelList? {
            if case .list(let list) = self { return list }
            return nil
        }
    }

    /// - Parameter patience: the longest wait.
    static func ask(_ profile: Profile, keys: KeyRing, patience: Duration, allowsInsecureHTTP: Bool = false) async -> Outcome {
        guard profile.baseURL != nil, let rules = profile.models else { return .none }
        let key = keys.key(for: profile)
        let address = ProviderClient.modelsAddress(of: profile)
        guard !rules.needsKey || key != nil else { return .missing("\(address) needs an API key") }
        switch await ProviderClient.models(
            of: profile, key: key, timeout: patience, allowsInsecureHTTP: allowsInsecureHTTP, routes: keys.routes)
        {
        case .success(let list) where list.models.isEmpty: return .missing("\(address) lists none")
        case .success(let list): return .list(list)
        case .failure(let failure):
            return .missing("\(address)\(failure.status.map { ", status \($0)" } ?? ""): \(Words.clean(failure.message))")
        }
    }
}
