import ArgumentParser
import CutlineCore

/// At which tier answers are bought. A caption is the same job either way, so it may change at each run.
struct TierOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Buy answers at the provider's flex tier: cheaper, and slower. It stays until standard is given (else the job file's).",
            valueName: "tier"))
    var tier: ServiceTier?
    @Option(
        help: ArgumentHelp(
            "How long flex may take, as 6h or 90m; then what is left goes on at the standard tier.", valueName: "time"))
    var tierDeadline: TimeSpan?

    func validate() throws {
        if tier == .standard, tierDeadline != nil { throw ValidationError("--tier-deadline needs --tier flex.") }
    }
}

extension ServiceTier: ExpressibleByArgument {}

/// A time with its unit: `45s`, `90m`, `6h`, `2d`.
struct TimeSpan: ExpressibleByArgument {
    let duration: Duration

    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    /// A month and more is a mistake.
    private static let longest = Int64(31 * 86_400)

    init?(argument: String) {
        guard let unit = argument.last.flatMap({ Self.units[$0] }), argument.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(argument.dropLast()), count > 0, count <= Self.longest / unit
        else { return nil }
        duration = .seconds(count * unit)
    }
}
