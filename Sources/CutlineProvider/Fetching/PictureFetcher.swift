import AsyncHTTPClient
import CutlineCore
import NIOCore
import NIOHTTP1
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a request sends as pictures.
struct FetchedPictures: Sendable {
    var images: [ImageSource]
    fileprivate var files: [FetchedPicture] = []
}

/// A picture from the web, in a file that lives as long as this does.
struct FetchedPicture: Sendable {
    let file: PictureFile
    /// Removed with this.
    let kept: TemporaryPicture
}

/// Fetches pictures by their addresses, for providers that cannot or shall not. An address may come from anywhere, so what may be called
/// is narrow: http(s), no address that is not public, at most three redirects, each checked like the first.
struct PictureFetcher: Sendable {
    let group: any EventLoopGroup
    /// Where pictures lie meanwhile.
    let folder: FilePath
    /// Addresses of this machine and of private networks may be called, too.
    let allowsPrivateHosts: Bool
    var routes = NetworkRoutes.straight
    var threads = BlockingThreads.shared
    private let places = TemporaryPlaces()
    var maxBytes = 64 << 20
    /// For all of one job's pictures, from the lookup of the first name to the last byte.
    var timeout = Duration.seconds(30)
    /// The name service; tests have their own.
    var resolve: @Sendable (String) -> [InternetAddress] = InternetAddress.resolve

    private static let maxRedirects = 3

    init(
        group: any EventLoopGroup, folder: FilePath, allowsPrivateHosts: Bool, routes: NetworkRoutes = .straight,
        threads: BlockingThreads = .shared
    ) {
        (self.group, self.folder, self.allowsPrivateHosts, self.routes, self.threads) = (group, folder, allowsPrivateHosts, routes, threads)
    }

    /// The pictures of a request, those on the web fetched where the provider wants or needs them as bytes.
    func fetch(_ request: CaptionRequest, profile: Profile) async throws(Failure) -> FetchedPictures {
        var pictures = FetchedPictures(images: request.images)
        // What is to be prepared must be here.
        let isPrepared = request.preparation?.mode == .all
        switch profile.images.transport {
        case .url where !isPrepared: return pictures
        case .auto where !isPrepared && !request.fetchesPictures: return pictures
        case .url, .auto, .inline: break
        }
        let deadline = NIODeadline.now() + .milliseconds(timeout.milliseconds)
        for (index, image) in request.images.enumerated() {
            guard case .url(let address) = image else { continue }
            let picture = try await fetch(address, for: profile, deadline: deadline)
            if let damage = picture.file.damage, !request.sendsDamaged {
                throw Failure(.imageUnreadable, damage.refusal(of: PicturePlace.shown(address)))
            }
            pictures.files.append(picture)
            pictures.images[index] = .file(picture.file)
        }
        return pictures
    }

    /// - Throws: `Failure`, always unbilled: nothing went to the provider.
    func fetch(_ address: String) async throws(Failure) -> FetchedPicture {
        try await fetch(address, for: Profile(name: ""), deadline: .now() + .milliseconds(timeout.milliseconds))
    }

    private func fetch(_ address: String, for profile: Profile, deadline: NIODeadline) async throws(Failure) -> FetchedPicture {
        var place = try PicturePlace(address)
        for _ in 0...Self.maxRedirects {
            switch try await visit(place, for: profile, deadline: deadline) {
            case .picture(let picture): return picture
            case .redirect(let location): place = try place.next(location)
            }
        }
        throw Failure(.imageUnreadable, "\(PicturePlace.shown(address)) redirects more than \(Self.maxRedirects) times")
    }

    private enum Visit { case picture(FetchedPicture), redirect(String) }

    private func visit(_ place: PicturePlace, for profile: Profile, deadline: NIODeadline) async throws(Failure) -> Visit {
        let course = try await course(to: place, for: profile, deadline)
        let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: course.configuration)
        let result: Result<Visit, Failure>
        do throws(Failure) {
            result = .success(try await get(place, client, course.route, deadline))
        } catch {
            result = .failure(error)
        }
        // The client is not used again, so that an error of closing it changes nothing.
        try? await client.shutdown()
        return try result.get()
    }

    /// The route to a picture, and what a client needs for it.
    private func course(
        to place: PicturePlace, for profile: Profile, _ deadline: NIODeadline
    ) async throws(Failure) -> (route: NetworkRoute, configuration: HTTPClient.Configuration) {
        do {
            var route = try routes.route(toPicture: place.text, for: profile)
            // A proxy looks names up itself, and perhaps it alone can.
            if route.proxy != nil, allowsPrivateHosts { return (route, try await configuration(of: route, deadline)) }
            let target = try await target(of: place, deadline)
            // Asked for the whole address, a proxy would look the name up once more.
            if case .forward(let proxy) = route.path { route.path = .tunnel(proxy) }
            var configuration = try await configuration(of: route, deadline)
            // The address that was checked is the one that is called, whatever the name service says next.
            configuration.dnsOverride = [place.host: target.description]
            return (route, configuration)
        } catch let failure as Failure { throw failure } catch { throw Failure(.imageUnreachable, "\(error)") }
    }

    private func configuration(of route: NetworkRoute, _ deadline: NIODeadline) async throws -> HTTPClient.Configuration {
        if route.authorities.isEmpty { return try ProviderClient.configuration(route: route) }
        return try await threads.run(before: deadline) { try ProviderClient.configuration(route: route) }
    }

    private func target(of place: PicturePlace, _ deadline: NIODeadline) async throws(Failure) -> InternetAddress {
        guard let addresses = await lookUp(place.host, deadline) else {
            throw Failure(.imageUnreachable, "the host \(place.host) was not looked up within \(timeout.formattedSeconds)")
        }
        guard let first = addresses.first else {
            throw Failure(.imageUnreachable, "the host \(place.host) of \(place.shown) was not found; check the address and the network")
        }
        if !allowsPrivateHosts, let secret = addresses.first(where: { !$0.isPublic }) {
            throw Failure(
                .imageNotAllowed,
                "\(place.shown) leads to \(secret), which is not a public address; allow that with --allow-private-hosts")
        }
        return first
    }

    /// Nil at the deadline. A lookup that has begun cannot be stopped, so nobody waits for it any longer.
    private func lookUp(_ host: String, _ deadline: NIODeadline) async -> [InternetAddress]? {
        if let address = InternetAddress(parsing: host) { return [address] }
        // An error is a deadline that passed or a call that was cancelled: the host has no known address then.
        return try? await threads.run(before: deadline) { [resolve] in resolve(host) }
    }

    /// The client's own deadline ends at the head of the answer, and a body may stop at any byte.
    private func get(_ place: PicturePlace, _ client: HTTPClient, _ route: NetworkRoute, _ deadline: NIODeadline) async throws(Failure)
        -> Visit
    {
        let exchange = Task { try await answer(of: place, client, route) }
        let alarm = group.any().scheduleTask(deadline: deadline) { exchange.cancel() }
        let result = await withTaskCancellationHandler {
            await exchange.result
        } onCancel: {
            exchange.cancel()
        }
        alarm.cancel()
        do { return try result.get() } catch let failure as Failure { throw failure } catch {
            guard NIODeadline.now() < deadline else {
                throw Failure(.imageUnreachable, "\(place.shown) was not there within \(timeout.formattedSeconds)")
            }
            throw Failure(.imageUnreachable, TransportFailure(error, host: place.host, route: route, isConnected: false).message)
        }
    }

    private func answer(of place: PicturePlace, _ client: HTTPClient, _ route: NetworkRoute) async throws -> Visit {
        try Task.checkCancellation()
        var request = HTTPClientRequest(url: place.text)
        request.headers = ["User-Agent": ProviderClient.userAgent, "Accept": "image/*"]
        let response = try await client.execute(route.leading(request), deadline: .distantFuture)
        switch response.status.code {
        case 200: return .picture(try await receive(response, place))
        case 301, 302, 303, 307, 308:
            guard let location = response.headers.first(name: "location") else { break }
            return .redirect(location)
        default: break
        }
        let kind: FailureClass =
            [408, 425, 429].contains(response.status.code) || response.status.code >= 500 ? .imageUnreachable : .imageUnreadable
        throw Failure(kind, "\(place.shown) answered HTTP \(response.status.code)")
    }

    /// Writes the body to a file.
    private func receive(_ response: HTTPClientResponse, _ place: PicturePlace) async throws -> FetchedPicture {
        let file = try await threads.run { [places, folder] in try TemporaryPicture(in: places, folder, threads) }
        var (scan, size) = (PictureScan(), 0)
        for try await piece in response.body {
            size += piece.readableBytes
            guard size <= maxBytes else { throw Failure(.tooLarge, "\(place.shown) has more than \(maxBytes) bytes") }
            piece.withUnsafeReadableBytes { scan.take($0) }
            try await threads.run { try file.write(piece) }
        }
        guard size > 0 else { throw Failure(.imageUnreadable, "\(place.shown) is empty") }
        guard let format = scan.format else {
            throw Failure(.imageUnreadable, "\(place.shown) is not a picture, whatever its name says")
        }
        return try await threads.run { [damage = scan.damage] in try file.finish(as: format, damage: damage) }
    }
}
