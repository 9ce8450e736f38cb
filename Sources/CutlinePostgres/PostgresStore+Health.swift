import CutlineCore
import CutlineQueue

extension PostgresStore {
    package func health() throws -> [StoreFinding] { try [serverHealth(), durability(), role()].compactMap(\.self) }

    private func serverHealth() throws -> StoreFinding {
        var (version, began) = ("", ContinuousClock.now)
        try read { db in
            began = .now
            version = try String.fetchOne(db, sql: "SELECT current_setting('server_version')") ?? ""
            // The first one was prepared.
            began = .now
            _ = try String.fetchOne(db, sql: "SELECT current_setting('server_version')")
        }
        let latency = ContinuousClock.now - began
        let words = "PostgreSQL \(version); schema \(ServerSchema.version); answers in \(Self.milliseconds(latency))"
        guard latency > .milliseconds(10) else { return StoreFinding(.fine, "queue server", words) }
        return StoreFinding(
            .warning, "queue server",
            "\(words): every turn of a worker waits for some hundred of them, and all workers with it; keep it nearer")
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let hundredths = duration.components.seconds * 100_000 + duration.components.attoseconds / 10_000_000_000_000
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ms"
    }

    private func durability() throws -> StoreFinding {
        let (isSafe, hasStandby) = try read { db in
            (
                try Bool.fetchOne(
                    db, sql: "SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'") ?? false,
                try Bool.fetchOne(db, sql: "SELECT current_setting('synchronous_standby_names') <> ''") ?? false
            )
        }
        guard isSafe else {
            return StoreFinding(
                address.acceptsUnsafeServer ? .warning : .damage, "durability",
                "fsync or full_page_writes is off: the server may lose what was paid for; switch both on")
        }
        let standby = hasStandby ? "and on a synchronous standby" : "no synchronous standby, so a failover may lose the last answers"
        return StoreFinding(.fine, "durability", "what is confirmed is on the server's disk; \(standby)")
    }

    private func role() throws -> StoreFinding? {
        let isSuper = try read { try Bool.fetchOne($0, sql: "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") ?? false }
        guard isSuper else { return nil }
        return StoreFinding(.warning, "role", "a superuser; docs/several-hosts.md has a role that may do no more than is needed")
    }
}
