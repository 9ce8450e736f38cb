import CutlineSimulator
import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A plain connection to loopback that shows what an HTTP client hides: reset or end. Reading gives up after 30 s.
final class RawSocket: Sendable {
    enum Ending: Equatable, Sendable {
        case text(String)
        case reset
    }

    struct Refused: Error {}

    private let descriptor: Int32

    init(_ port: UInt16) throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        // `deinit` closes it now, too: closed here as well, it would be somebody else's by then.
        guard connected == 0 else { throw Refused() }
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            #if canImport(Glibc)
                _ = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            #else
                _ = Darwin.send(descriptor, bytes.baseAddress, bytes.count, 0)
            #endif
        }
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Until the other side ends or breaks the connection. It waits on a thread of its own: Swift's few threads have the simulator to run.
    func receiveAll() async -> Ending {
        let descriptor = descriptor
        return await withCheckedContinuation { ending in
            DispatchQueue(label: "raw socket").async { ending.resume(returning: Self.receiveAll(descriptor)) }
        }
    }

    /// How many descriptors this process may have, after asking for as many as the tests want.
    static func raisedLimit() -> Int {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        getrlimit(resource, &limit)
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 4_096))
        setrlimit(resource, &limit)
        return Int(min(limit.rlim_cur, 1 << 20))
    }

    private static func receiveAll(_ descriptor: Int32) -> Ending {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == ECONNRESET { return .reset }
            guard count > 0 else { return .text(String(decoding: received, as: UTF8.self)) }
            received += buffer[..<count]
        }
    }
}

extension Simulator {
    var port: UInt16 { UInt16(origin.split(separator: ":").last ?? "") ?? 0 }
}
