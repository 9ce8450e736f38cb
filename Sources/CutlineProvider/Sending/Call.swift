import AsyncHTTPClient
import CutlineCore
import NIOCore
import NIOHTTP1
import SystemPackage

/// Looks again at the pictures of a request to a provider: what the job would send now. It reads whole files, so it is called on a thread
/// that may wait. An `Errno` of shortage is nobody's fault; any other error fails the job, with its description.
package typealias Redraft = @Sendable (CaptionRequest, _ provider: String) throws -> (images: [ImageSource], fingerprint: Fingerprint)

/// One request on its way to one provider.
struct Call: Sendable {
    let request: CaptionRequest
    /// The request as its job has it, before pictures were fetched.
    private let asked: CaptionRequest
    private let redraft: Redraft?
    let profile: Profile
    /// What shows who asks: the API key, or the access token it was exchanged for.
    var key: String?
    /// How long the call's claim may be used; nil: for ever.
    let trust: TrustWindow?
    var body: RequestBody
    /// What is sent in place of pictures.
    var prepared: [Int: PreparedPicture] = [:]
    /// Whether pictures would have been prepared if that were possible here.
    var missesPreparation = false
    /// Who is told how far it has come; nil: nobody asks.
    var progress: CallProgress?
    let disk: Disk
    /// The way to the provider.
    var route = NetworkRoute.straight

    /// - Parameter images: what is sent as pictures; nil: the request's own.
    init(
        request: CaptionRequest, images: [ImageSource]? = nil, profile: Profile, key: String?, trust: TrustWindow? = nil,
        redraft: Redraft? = nil, disk: Disk = Disk()
    ) {
        (asked, self.trust, self.redraft, self.disk) = (request, trust, redraft, disk)
        var request = request
        request.images = images ?? request.images
        self.request = request
        self.profile = profile
        self.key = key
        body = RequestBody(request, profile: profile)
    }

    var address: String { Self.address(chatPath, of: profile) }

    static func address(_ path: String, of profile: Profile) -> String {
        var base = (profile.baseURL ?? "")[...]
        while base.hasSuffix("/") { base.removeLast() }
        return base + "/" + path.drop { $0 == "/" }
    }

    /// The one that answered before; a path that the profile does not have any more counts no longer.
    private var chatPath: String {
        request.quirks.chatPath.flatMap { profile.chatPaths.contains($0) ? $0 : nil } ?? profile.chatPaths[0]
    }

    /// The path to try where nobody is at this one; nil: there is no other.
    var nextChatPath: String? {
        profile.chatPaths.firstIndex(of: chatPath).flatMap { profile.chatPaths.dropFirst($0 + 1).first }
    }

    var headers: HTTPHeaders {
        var headers: HTTPHeaders = [
            "User-Agent": ProviderClient.userAgent, "Accept": body.asksForEvents ? "text/event-stream" : "application/json",
        ]
        for (name, value) in profile.headers.sorted(by: { $0.key < $1.key }) { headers.replaceOrAdd(name: name, value: value) }
        for name in profile.forbiddenHeaders { headers.remove(name: name) }
        headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        if let key {
            let header = profile.auth.exchangesKey ? nil : profile.auth.header
            headers.replaceOrAdd(name: header ?? "Authorization", value: header == nil ? "Bearer \(key)" : key)
        }
        return headers
    }

    private var addresses: [String] {
        request.images.compactMap { image in
            guard case .url(let address) = image else { return nil }
            return address
        }
    }

    var sendsAddresses: Bool { !addresses.isEmpty }

    /// What keeps the call from being sent at all; it costs nothing.
    ///
    /// - Parameter deadline: for looking at its pictures; nil: the disk's patience from now on.
    func refusal(before deadline: NIODeadline? = nil) async -> Outcome? {
        if let key, !key.canStandInAHeader {
            return .failure(Failure(.unauthorized, "the API key is empty or has characters that no key has; check how it is set"))
        }
        if let failure = breachOfImageRules() { return .failure(failure) }
        do {
            try await lookAtPictures(before: deadline ?? disk.deadline)
            return nil
        } catch let fault as PictureFault {
            return await outcome(of: fault)
        } catch {
            return .notSent("stopped")
        }
    }

    /// Whether they are what was added, and can be sent. Pictures on the web were looked at for damage when they were fetched.
    private func lookAtPictures(before deadline: NIODeadline) async throws {
        let files = body.pictures.map(\.file)
        guard let first = files.first else { return }
        // Of which picture is looked at; nothing is handed over here.
        let progress = CallProgress(now: { Timestamp(milliseconds: 0) })
        do {
            try await disk.threads.run(before: deadline) { [disk, asked] in
                for file in files {
                    progress.reads(file)
                    disk.touch(file.path)
                    try PictureReader.check(file)
                }
                guard !asked.sendsDamaged else { return }
                for case .file(let file) in asked.images {
                    progress.reads(file)
                    // Without a digest nobody has read it yet.
                    let damage = try file.digest == nil ? PictureReader.damage(of: file) : file.damage
                    if let damage { throw PictureFault.unreadable(damage.refusal(of: file.place.text)) }
                }
            }
        } catch is BlockingThreads.Overdue {
            throw PictureFault.hung(Disk.timeout((progress.current.reading ?? first).place.text, disk.patience))
        }
    }

    private func breachOfImageRules() -> Failure? {
        let (rules, name) = (profile.images, profile.name)
        if let limit = rules.maxCount, request.images.count > limit {
            return Failure(.tooLarge, "\(request.images.count) images; \(name) takes at most \(limit) in one call")
        }
        for picture in body.pictures {
            let place = picture.file.place.text
            if let accepts = rules.accepts, !accepts.contains(picture.format) {
                let types = accepts.map(\.mimeType).joined(separator: ", ")
                return Failure(.imageRejected, "\(place) is \(picture.format.mimeType); \(name) takes \(types)" + advice(.imageRejected))
            }
            if let limit = rules.maxBytes, picture.byteCount > limit {
                return Failure(.tooLarge, "\(place) has \(picture.byteCount) bytes; \(name) takes at most \(limit)" + advice(.tooLarge))
            }
        }
        if let limit = rules.maxRequestBytes, body.length > limit {
            return Failure(
                .tooLarge, "the request has \(body.length) bytes, pictures included as base64; \(name) takes at most \(limit) in one call")
        }
        return nil
    }

    /// What a call without a complete answer came to: everything handed over may be billed, anything less is not.
    func outcome(of error: any Error, _ progress: CallProgress.State, timeout: Duration) async -> Outcome {
        if let fault = error as? PictureFault { return await outcome(of: fault) }
        if error is LeaseOver { return LeaseOver.outcome }
        let failure: Failure
        switch progress.stop {
        case .caller where !progress.isHandedOver: return .notSent("stopped")
        case .caller: failure = Failure(.cancelled, "stopped while waiting for the answer")
        case .deadline where !progress.isHandedOver && progress.reading != nil:
            failure = Disk.timeout(progress.reading?.place.text ?? "a picture", timeout)
        case .deadline:
            let what = progress.isHandedOver ? "no complete answer" : "the request was not sent completely"
            failure = Failure(.timeout, "\(what) within \(timeout.formattedSeconds)")
        case nil:
            let transport = TransportFailure(error, host: Self.host(of: profile), route: route, isConnected: progress.isConnected)
            switch transport.cause {
            case .noResources where !progress.isHandedOver: return .notSent(transport.message)
            case .noResources: failure = Failure(.connectionLost, transport.message)
            case .failure(let kind): failure = Failure(kind, transport.message)
            }
        }
        guard progress.isHandedOver else { return .failure(failure) }
        var unknown = failure
        unknown.billed = .unknown
        return .unknown(unknown)
    }

    static func host(of profile: Profile) -> String {
        profile.baseURL.flatMap { $0.split(separator: "/").dropFirst().first.map(String.init) } ?? profile.name
    }

    /// What would have helped, and does from now on.
    private func advice(_ kind: FailureClass) -> String {
        missesPreparation ? "; libvips would make what it takes of it" + Self.advice(kind) : ""
    }

    static func advice(_ kind: FailureClass) -> String {
        ": install that (on Debian and Ubuntu `apt-get install libvips42`), then "
            + "`cutline retry --class \(kind.rawValue)`"
    }

    func outcome(of fault: PictureFault) async -> Outcome {
        switch fault {
        case .unreadable(let reason): return .failure(Failure(.imageUnreadable, reason))
        case .noResources(let reason): return .notSent(reason)
        case .hung(let failure): return .failure(failure)
        case .changed(let reason):
            guard let redraft else { return .failure(Failure(.imageUnreadable, reason)) }
            do {
                let now = try await disk.threads.run(before: disk.deadline) { [asked, profile] in try redraft(asked, profile.name) }
                return .changed(images: now.images, fingerprint: now.fingerprint)
            } catch is CancellationError {
                return .notSent("stopped")
            } catch is BlockingThreads.Overdue {
                return .failure(Disk.timeout("what became of it (\(reason))", disk.patience))
            } catch let error as Errno where error.isShortage {
                return .notSent("a changed picture cannot be read: \(error)")
            } catch {
                return .failure(Failure(.imageUnreadable, "\(error)"))
            }
        }
    }
}

extension String {
    /// Whether it can be sent as a key: printable ASCII without spaces.
    package var canStandInAHeader: Bool { !isEmpty && utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}

extension Duration {
    /// `300 s`, `0.2 s`
    var formattedSeconds: String {
        milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(Double(milliseconds) / 1_000) s"
    }
}
