/// Something that goes wrong on purpose, and for which calls.
///
/// Written `KIND[:retry-after=SECONDS][@WHEN]`, as in `500`, `429:retry-after=2@10%` or `reset@3`. A kind is a status from 400 to 599,
/// answered in the dialect's own error form, or one of the names of `Fault.Name`.
///
/// Calls are counted from 1: `@3` is the third alone, `@3+` the third and all later ones, `@3-5` a range, and `@10%` that share of all
/// calls, always the same ones. `@5s-80s` are those that come from the fifth second after the first call until the 80th, `@5s+` those from
/// there on; `@2%pictures` those of that share of all pictures, whenever they are sent; `@model=NAME` those for one model. Without `@` every
/// call is meant.
package struct Fault: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// `retryAfter` in seconds.
        case status(Int, retryAfter: Double?)
        /// `retryAfter` in seconds; nil: what the dialect says by itself.
        case named(Name, retryAfter: Double? = nil)

        package static let inspection = Kind.named(.inspection)
        package static let quota = Kind.named(.quota)
        package static let reset = Kind.named(.reset)
        package static let resetEarly = Kind.named(.resetEarly)
        package static let hang = Kind.named(.hang)
        package static let truncated = Kind.named(.truncated)
        package static let empty = Kind.named(.empty)
        package static let garbage = Kind.named(.garbage)
    }

    package enum When: Hashable, Sendable {
        case always
        case calls(ClosedRange<Int>)
        case from(Int)
        case percent(Double)
        /// Counted from when the first call came.
        case seconds(Range<Double>)
        /// That share of all pictures: the same ones at every call.
        case percentOfPictures(Double)
        case model(String)
    }

    package var kind: Kind
    package var when: When

    package init(_ kind: Kind, when: When = .always) {
        self.kind = kind
        self.when = when
    }

    package init(named name: Name, when: When = .always) { self.init(.named(name), when: when) }

    /// - Parameter request: nil where it is not read yet, or not readable: then no picture and no model is known.
    func applies(to call: Arrival, _ request: ChatRequest?) -> Bool {
        switch when {
        case .always: true
        case .calls(let range): range.contains(call.number)
        case .from(let first): call.number >= first
        case .percent(let share): Self.draw(call.number) * 100 < share
        case .seconds(let range): range.contains(call.elapsed / .seconds(1))
        case .percentOfPictures(let share): request?.pictures.contains { $0.draw * 100 < share } ?? false
        case .model(let name): request?.model == name
        }
    }

    /// A number in 0..<1 that looks random and depends on the call alone (SplitMix64); another salt gives another one.
    static func draw(_ call: Int, salt: UInt64 = 0) -> Double {
        var bits = (UInt64(call) ^ salt) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((bits ^ (bits >> 31)) >> 11) / Double(1 << 53)
    }
}

/// Which call it is.
struct Arrival: Hashable, Sendable {
    /// From 1.
    var number: Int
    /// Since the first call came.
    var elapsed = Duration.zero
}

extension SentPicture {
    /// A number in 0..<1 that looks random and depends on the picture alone.
    fileprivate var draw: Double { Fault.draw(Int(sha256.prefix(12), radix: 16) ?? 0) }
}

extension Fault.Kind {
    func applies(to request: ChatRequest?) -> Bool {
        switch self {
        case .status: true
        case .named(let name, _): name.applies(to: request)
        }
    }
}
