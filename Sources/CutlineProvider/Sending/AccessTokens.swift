import CutlineCore
import Synchronization

/// The access tokens that API keys were exchanged for. They live in memory and end with the process.
final class AccessTokens: Sendable {
    /// Whose tokens: a key at a provider.
    struct Source: Hashable, Sendable {
        /// Where the key is exchanged.
        let address: String
        let key: String
    }

    struct Token: Hashable, Sendable {
        let text: String
        /// From then on another one is asked for; nil: not told.
        let refreshAt: Timestamp?
    }

    /// What a refused token means.
    enum RefusedToken: Sendable {
        /// It was used up: the next call gets another one.
        case expired
        /// A new one was refused too: the key itself is not accepted.
        case final
    }

    private struct Entry {
        var token: Token?
        /// Calls that need a token meanwhile wait for the same one.
        var exchange: Task<Token, any Error>?
        /// A token was refused, and none has been accepted since.
        var followsRefusal = false
    }

    private let entries = Mutex<[Source: Entry]>([:])

    /// The token of `source`; a new one through `exchange` where there is none or its time is nearly up.
    func token(of source: Source, at now: Timestamp, exchange: @escaping @Sendable () async throws -> Token) async throws -> String {
        let task: Task<Token, any Error>
        switch stored(source, at: now, exchange: exchange) {
        case .token(let token): return token.text
        case .exchange(let running): task = running
        }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        entries.withLock { entries in
            guard entries[source]?.exchange == task else { return }
            entries[source]?.exchange = nil
            if case .success(let token) = result { entries[source]?.token = token }
        }
        return try result.get().text
    }

    private enum Stored { case token(Token), exchange(Task<Token, any Error>) }

    private func stored(_ source: Source, at now: Timestamp, exchange: @escaping @Sendable () async throws -> Token) -> Stored {
        entries.withLock { entries in
            var entry = entries[source, default: Entry()]
            if let token = entry.token, token.refreshAt.map({ now < $0 }) ?? true { return .token(token) }
            let task = entry.exchange ?? Task { try await exchange() }
            entry.exchange = task
            entries[source] = entry
            return .exchange(task)
        }
    }

    func accepted(_ token: String, of source: Source) {
        entries.withLock { entries in
            if entries[source]?.token?.text == token { entries[source]?.followsRefusal = false }
        }
    }

    /// Of the calls that shared a token, the first refused one decides.
    func refused(_ token: String, of source: Source) -> RefusedToken {
        entries.withLock { entries in
            guard var entry = entries[source], entry.token?.text == token else { return .expired }
            defer { entries[source] = entry }
            entry.token = nil
            guard !entry.followsRefusal else { return .final }
            entry.followsRefusal = true
            return .expired
        }
    }
}
