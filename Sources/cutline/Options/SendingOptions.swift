import ArgumentParser
import CutlineCore

/// How requests are sent. A caption is the same job either way, so it may change at each run.
struct SendingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How pictures on the web go: their address, as bytes once the provider cannot fetch them (auto); always the address (url); always bytes (inline).",
            valueName: "how"))
    var imageTransport: ImageTransport?
    @Option(help: ArgumentHelp("Where the pictures stand: text-first, images-first or images-in-system.", valueName: "order"))
    var imageOrder: ImageOrder?
    @Flag(inversion: .prefixedNo, help: "Ask for answers as an event stream: a way round proxies that cut long calls.")
    var stream: Bool?
    @OptionGroup var tier: TierOptions

    /// The profile as this run wants it.
    func applied(to profile: Profile) -> Profile {
        var profile = profile
        profile.images.transport = imageTransport ?? profile.images.transport
        profile.images.order = imageOrder ?? profile.images.order
        profile.streams = stream ?? profile.streams
        return profile
    }
}

extension ImageTransport: ExpressibleByArgument {}

extension ImageOrder: ExpressibleByArgument {
    package static var allValueStrings: [String] { allCases.map { $0.rawValue.replacing("_", with: "-") } }

    /// With hyphens, as flags have them, or as in a profile.
    package init?(argument: String) { self.init(rawValue: argument.replacing("-", with: "_")) }
}
