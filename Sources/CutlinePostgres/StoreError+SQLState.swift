import CutlineQueue

extension StoreError {
    /// By the codes of https://www.postgresql.org/docs/15/errcodes-appendix.html.
    init(sqlState: String, _ message: String) {
        let kind: Kind =
            if sqlState.hasPrefix("23") || sqlState == "22003" { .constraint } else {
                switch sqlState {
                // Shut down, crashed, starting, a standby, no connection left.
                case "57P01", "57P02", "57P03", "25006", "53300": .connectionLost
                case "53100": .diskFull
                case "XX001", "XX002": .damaged
                default: .other
                }
            }
        self.init(kind, sqlState.isEmpty ? message : "\(message) (\(sqlState))")
    }
}
