import CutlineCore
import CutlineQueue
import CutlineRunner
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Everything a command takes from the world around it; tests give their own.
struct Environment: Sendable {
    /// This host's clock.
    var hostClock: @Sendable () -> Timestamp
    /// The clock of a queue that several hosts share, once one was opened.
    let sharedClock = SharedClock()
    var jitter: @Sendable () -> Double
    /// The environment variables.
    var variables: [String: String]
    /// Absolute.
    var folder: FilePath
    var host: String
    var processID: Int32
    /// What `-` reads.
    var input: FileDescriptor = .standardInput
    /// Whether a person can be asked: stdin and stderr are terminals.
    var isInteractive = false
    /// How long a command waits for what is only good to know.
    var patience = Duration.seconds(3)
    /// This program, to be started as what prepares pictures; nil: they are sent as they are.
    var program: FilePath?
    var output: StandardStream
    var error: StandardStream

    static var live: Environment {
        let variables = liveVariables
        return Environment(
            hostClock: { .wallClock }, jitter: { .random(in: 0...1) }, variables: variables, folder: Self.liveFolder,
            host: Self.liveHost, processID: getpid(),
            isInteractive: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1, program: Self.liveProgram,
            output: .live(STDOUT_FILENO, variables: variables),
            error: .live(STDERR_FILENO, variables: variables))
    }

    /// What time it is for all who share the queue.
    var now: @Sendable () -> Timestamp { { [sharedClock, hostClock] in sharedClock.now() ?? hostClock() } }

    /// https://no-color.org
    var hasColour: Bool { variables["NO_COLOR"]?.isEmpty ?? true }

    var clock: RunnerClock { RunnerClock(now: now, jitter: jitter) }

    /// Where what must not stay is kept.
    var temporaryFolder: FilePath {
        variable("TMPDIR").map(path) ?? "/tmp"
    }

    /// Opens the queue to write, and says where another process keeps it from that.
    ///
    /// From here on this command goes by the queue's clock.
    func openQueue(at place: QueuePlace) throws -> Queue {
        let queue = try place.open(now: now()) { [error] in error.say($0) }
        sharedClock.follow(queue.clock)
        return queue
    }

    /// An environment variable; nil where it is empty, too.
    func variable(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A folder of the user's that a variable may name (the XDG Base Directory Specification); nil where there is no home either.
    func userFolder(_ name: String, orBelowHome usual: String) -> FilePath? {
        variable(name).map(path) ?? variable("HOME").map { path($0).appending(usual) }
    }

    /// Below which this host keeps what is no part of a queue on a server.
    var stateFolder: FilePath {
        (userFolder("XDG_STATE_HOME", orBelowHome: ".local/state") ?? temporaryFolder).appending("cutline")
    }

    /// A path as the user wrote it, made absolute.
    func path(_ text: String) -> FilePath { folder.pushing(FilePath(text)) }

    /// Whether something stands there, be it a link to nothing.
    func exists(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { lstat($0, &status) } == 0
    }

    /// `path` as seen from the folder, where it lies in it.
    func shortName(of path: FilePath) -> String {
        var short = path
        return short.removePrefix(folder) && !short.isEmpty ? short.string : path.string
    }

    private static var liveVariables: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let parts = String(cString: pointer).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }

    /// The very file that runs, also where it was replaced meanwhile.
    private static var liveProgram: FilePath? {
        #if canImport(Glibc)
            return "/proc/self/exe"
        #else
            var path = [CChar](repeating: 0, count: 4_096)
            var length = UInt32(path.count)
            return _NSGetExecutablePath(&path, &length) == 0
                ? path.withUnsafeBufferPointer { FilePath(platformString: $0.baseAddress!) } : nil
        #endif
    }

    private static var liveFolder: FilePath {
        guard let pointer = getcwd(nil, 0) else { return "/" }
        defer { free(pointer) }
        return FilePath(platformString: pointer)
    }

    private static var liveHost: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension Timestamp {
    static var wallClock: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
