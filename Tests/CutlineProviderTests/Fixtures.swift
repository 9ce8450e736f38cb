import CutlineCore
import SystemPackage

@testable import CutlineProvider

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PictureFile {
    /// The file as it stands now.
    static func make(_ path: FilePath, _ format: PictureFormat = .jpeg) -> PictureFile {
        var status = stat()
        precondition(stat(path.string, &status) == 0, "no file \(path)")
        // Whoever has its digest has read it: it is not looked through once more.
        return PictureFile(path: path, stamp: FileStamp(status), format: format, digest: Array(repeating: 0, count: 32))
    }

    /// A file that does not exist, for bodies and checks that never open it.
    static func make(named name: String, size: Int64 = 3, _ format: PictureFormat = .jpeg) -> PictureFile {
        let stamp = FileStamp(size: size, modified: 1, inode: 1)
        return PictureFile(path: FilePath(name), stamp: stamp, format: format, digest: nil)
    }
}

extension CaptionRequest {
    static func make(_ images: [ImageSource] = [], parameters: Parameters = Parameters()) -> CaptionRequest {
        CaptionRequest(model: "m", prompt: "What is it?", images: images, parameters: parameters)
    }
}

extension ProviderClient {
    /// Runs `body` with a client that is shut down after. Its clock stands at 2026-10-21 07:27:30 UTC.
    static func run<Value>(
        allowsPrivateHosts: Bool = false, temporaryFolder: FilePath = "/tmp", redraft: Redraft? = nil,
        _ body: (ProviderClient) async throws -> Value
    ) async throws -> Value {
        let client = ProviderClient(
            connections: 4, allowsPrivateHosts: allowsPrivateHosts, temporaryFolder: temporaryFolder, redraft: redraft, now: { .fixture })
        do {
            let value = try await body(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }
}

extension Timestamp {
    /// 2026-10-21 07:27:30 UTC
    static let fixture = Timestamp(milliseconds: 1_792_567_650_000)
}

extension Profile {
    static func builtIn(_ name: String) throws -> Profile {
        guard let profile = try ProfileCatalogue.builtIn()[name] else { throw InvalidValue(path: name, reason: "not built in") }
        return profile
    }

    static func at(_ server: TestServer) -> Profile { Profile(name: "test", baseURL: server.address) }
}

extension Outcome {
    var caption: Caption? { if case .caption(let caption) = self { caption } else { nil } }
    var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
    var unknown: Failure? { if case .unknown(let failure) = self { failure } else { nil } }
}

/// Reads an answer as the client does.
func read(
    _ body: String, status: Int = 200, headers: [(String, String)] = [], sentAddresses: Bool = true, key: String? = nil
) -> Outcome {
    AnswerReader(now: .fixture, sentAddresses: sentAddresses, key: key).outcome(
        of: Answer(status: status, headers: .init(headers), body: Array(body.utf8)))
}
