import CutlineConfine
import CutlineCore
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A darkroom as its parent sees it. What it does may block, so it belongs to one serial queue; only `kill` may come from elsewhere.
final class DarkroomChild: Sendable {
    /// It could not be started: a sentence.
    struct NotStarted: Error { let words: String }

    let greeting: Greeting
    private let line: MessageSocket
    private let process: ChildProcess

    /// Loading all codecs takes 0.2 s on an idle machine.
    private static let patience = Duration.seconds(20)

    init(_ program: FilePath) throws(NotStarted) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Self.kind, 0, &ends) == 0 else { throw NotStarted(words: "\(Errno(rawValue: errno))") }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        do throws(Errno) { process = try ChildProcess(program, socket: ends[1]) } catch {
            close(ends[0])
            close(ends[1])
            throw NotStarted(words: "\(error)")
        }
        // The child has its own; with this one open its end would not be noticed.
        close(ends[1])
        line = MessageSocket(descriptor: ends[0])
        do throws(MessageSocket.Trouble) { greeting = try line.receive(Greeting.self, within: Self.patience).0 } catch {
            process.kill()
            close(ends[0])
            throw NotStarted(words: error == .overdue ? "it said nothing for \(Self.patience.milliseconds / 1_000) s" : process.end())
        }
    }

    /// At the end of its socket the child ends, too.
    deinit {
        close(line.descriptor)
        _ = process.end()
    }

    #if os(Linux)
        private static let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #else
        private static let kind = SOCK_STREAM
    #endif

    func answer(
        _ order: PreparationOrder, from source: Int32, to target: Int32, within patience: Duration
    ) throws(MessageSocket.Trouble) -> DarkroomAnswer {
        try line.send(order, [source, target])
        return try line.receive(DarkroomAnswer.self, within: patience).0
    }

    func kill() { process.kill() }

    /// How it ended, after it said nothing any more.
    func death() -> String { process.end() }
}

/// A process that is ours to end, and of whose number no use is made once it may be another's.
private final class ChildProcess: Sendable {
    /// The words for its end; nil: it runs.
    private let ended = Mutex<String?>(nil)
    private let number: pid_t

    init(_ program: FilePath, socket: Int32) throws(Errno) {
        #if canImport(Glibc)
            var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
        #else
            var (actions, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?) = (nil, nil)
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, socket, Darkroom.socket)
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
        }
        // A process group of its own: a Ctrl-C is for the parent, which lets calls end.
        posix_spawnattr_setpgroup(&attributes, 0)
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK))
        // No key stands in its environment.
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("cutline"), strdup("darkroom"), nil]
        var variables: [UnsafeMutablePointer<CChar>?] = [strdup("MALLOC_ARENA_MAX=2"), nil]
        defer { for text in arguments + variables { free(text) } }
        var number: pid_t = 0
        let code = program.withPlatformString { posix_spawn(&number, $0, &actions, &attributes, &arguments, &variables) }
        guard code == 0 else { throw Errno(rawValue: code) }
        self.number = number
    }

    func kill() {
        ended.withLock { words in
            if words == nil { _ = Self.signal(number, SIGKILL) }
        }
    }

    private static func signal(_ number: pid_t, _ signal: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.kill(number, signal)
        #else
            Darwin.kill(number, signal)
        #endif
    }

    /// Waits a moment for its end, and ends it then. One that hangs in the kernel is left alone.
    func end() -> String {
        for round in 0..<300 {
            if let words = reaped() { return words }
            if round == 200 { kill() }
            usleep(10_000)
        }
        return "it does not end"
    }

    private func reaped() -> String? {
        ended.withLock { words in
            if words == nil {
                var status: Int32 = 0
                let result = waitpid(number, &status, WNOHANG)
                guard result != 0 else { return nil }
                let signal = status & 0x7F
                words = result < 0 ? "it is gone" : signal == 0 ? "it ended with \(status >> 8 & 0xFF)" : "signal \(signal)"
            }
            return words
        }
    }
}
