import CutlineCore
import CutlineProvider

/// Asks a provider for its models where that is of use and not the task itself.
enum ModelLookup {
    /// Nil where the profile names no list, its list needs a key that is not there, or it could not be had in time.
    ///
    /// - Parameter patience: the longest wait.
    static func list(of profile: Profile, keys: KeyRing, patience: Duration, allowsInsecureHTTP: Bool = false) async -> ModelList? {
        guard profile.baseURL != nil, let rules = profile.models else { return nil }
        let key = keys.key(for: profile)
        guard !rules.needsKey || key != nil else { return nil }
        let answer = await ProviderClient.models(
            of: profile, key: key, timeout: patience, allowsInsecureHTTP: allowsInsecureHTTP, routes: keys.routes)
        guard case .success(let list) = answer, !list.models.isEmpty else { return nil }
        return list
    }
}
