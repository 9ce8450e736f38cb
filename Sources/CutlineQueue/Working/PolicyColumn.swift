import CutlineCore
import Synchronization

/// `batches.policy`. One is asked for with every call and there are few different ones, so what was read is kept by its text.
enum PolicyColumn {
    private static let known = Mutex<[String: RetryPolicy]>([:])

    static func policy(_ column: String) throws -> RetryPolicy {
        try known.withLock { known in
            if let policy = known[column] { return policy }
            let policy = try JSONColumn.decode(RetryPolicy.self, from: column)
            known[column] = policy
            return policy
        }
    }
}
