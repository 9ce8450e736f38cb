extension SimulatorOptions {
    /// At most `count` units in a window of so many seconds.
    ///
    /// Written `COUNT/SECONDS`, as in `450/30` or `1500/day`, or `COUNT/SECONDS:fixed`. A sliding window begins at any moment; a fixed one with the
    /// first call after the last one ended, so that two of them side by side may see twice the count.
    package struct WindowLimit: Hashable, Sendable {
        package var count: Int
        package var seconds: Double
        package var isFixed: Bool

        package init(count: Int, seconds: Double, isFixed: Bool = false) {
            self.count = count
            self.seconds = seconds
            self.isFixed = isFixed
        }
    }
}

/// Why a limit's text was not understood.
package struct InvalidLimit: Error, Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package var description: String {
        "cannot read the limit \"\(text)\": it is COUNT/SECONDS with numbers above 0, as 450/30 or 1500/day, or COUNT/SECONDS:fixed"
    }
}

extension SimulatorOptions.WindowLimit {
    /// - Throws: `InvalidLimit`.
    package init(parsing text: String) throws(InvalidLimit) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 1 || parts[1] == "fixed", numbers.count == 2, let count = Int(numbers[0]), count > 0,
            let seconds = Self.spans[String(numbers[1])] ?? Double(numbers[1]), seconds > 0, seconds.isFinite
        else { throw InvalidLimit(text: text) }
        self.init(count: count, seconds: seconds, isFixed: parts.count == 2)
    }

    private static let spans = ["second": 1.0, "minute": 60, "hour": 3_600, "day": 86_400]
}
