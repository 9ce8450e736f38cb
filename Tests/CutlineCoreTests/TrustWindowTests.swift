import CutlineCore
import Testing

struct TrustWindowTests {
    /// A lease of two minutes for calls of one: what is sent has a minute, and what is handed over is so five seconds before the end.
    private let window = TrustWindow(claimedAt: Self.at(0), leaseUntil: Self.at(120), timeout: .seconds(60))

    private static func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_800_000_000_000 + seconds * 1_000) }

    @Test(arguments: [
        (0, true, true), (54, true, true), (55, false, true), (114, false, true), (115, false, false), (10_000, false, false),
        // The clock was corrected a little, or set back.
        (-5, true, true), (-6, false, false), (-10_000, false, false),
    ])
    func aLeaseIsUsedNoLongerThanItsCallNeeds(seconds: Int64, maySend: Bool, mayFinish: Bool) {
        #expect(window.maySend(at: Self.at(seconds)) == maySend)
        #expect(window.mayFinish(at: Self.at(seconds)) == mayFinish)
    }
}
