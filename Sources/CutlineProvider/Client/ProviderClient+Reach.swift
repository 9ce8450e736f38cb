import AsyncHTTPClient
import CutlineCore
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ProviderClient {
    /// Whether anybody answers at a provider's address. One GET of the model list, without a key: nothing is billed, and a refusal is an
    /// answer too.
    ///
    /// - Returns: the HTTP status, or why there was none.
    package static func reach(_ profile: Profile, routes: NetworkRoutes = .straight, timeout: Duration) async -> Result<Int, Unreached> {
        let address = Call.address("/models", of: profile)
        let host = URL(string: address)?.host ?? address
        let (route, configuration): (NetworkRoute, HTTPClient.Configuration)
        do throws(NetworkRouteProblem) {
            route = try routes.route(of: profile)
            configuration = try Self.configuration(route: route)
        } catch { return .failure(Unreached(reason: error.description)) }
        let client = HTTPClient(configuration: configuration)
        let result: Result<Int, Unreached>
        do {
            var request = HTTPClientRequest(url: address)
            request.headers.add(name: "User-Agent", value: userAgent)
            let response = try await client.execute(route.leading(request), timeout: .milliseconds(timeout.milliseconds))
            result = .success(Int(response.status.code))
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout {
            result = .failure(Unreached(reason: "\(route.proxy?.words ?? host) did not answer in \(timeout.milliseconds / 1_000) s"))
        } catch {
            result = .failure(Unreached(reason: TransportFailure(error, host: host, route: route, isConnected: false).message))
        }
        // The client is not used again, so that an error of closing it changes nothing.
        try? await client.shutdown()
        return result
    }

    /// Why nobody answered.
    package struct Unreached: Error, Hashable, Sendable {
        package let reason: String
    }
}
