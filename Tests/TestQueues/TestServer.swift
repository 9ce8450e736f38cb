import CutlineCore
import CutlinePostgres
import Foundation
import Synchronization
import Testing

/// The server on which tests have their queues, if any: `scripts/with-postgres COMMAND` names it.
package enum TestServer {
    /// Nil: tests have their queues in files.
    package static let url = ProcessInfo.processInfo.environment["CUTLINE_TEST_SERVER"]

    private static let count = Mutex(0)

    /// The address of a queue that nobody has had before; nil where tests have their queues in files.
    package static func newName() -> String? {
        guard let url else { return nil }
        let number = count.withLock {
            $0 += 1
            return $0
        }
        let schema = "test_\(ProcessInfo.processInfo.processIdentifier)_\(number)"
        return "\(url)\(url.contains("?") ? "&" : "?")schema=\(schema)&unsafe=accept"
    }
}

extension Trait where Self == ConditionTrait {
    /// For what is about the file alone.
    package static var onFile: Self { .disabled(if: TestServer.url != nil, "about a queue in a file") }
    /// For what is about a server alone.
    package static var onServer: Self { .enabled(if: TestServer.url != nil, "about a queue on a server: scripts/with-postgres COMMAND") }
}
