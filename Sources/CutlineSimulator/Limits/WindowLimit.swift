import CutlineCore

extension SimulatorOptions {
    /// At most `count` units in a window of so many seconds.
    ///
    /// Written `COUNT/SECONDS`, as in `450/30`, with `minute`, `hour` or `day` for the seconds, and what else there is to say behind colons:
    /// `6000/minute:tokens:fixed:per-model`. A sliding window begins at any moment; a fixed one with the first call after the last one
    /// ended, so that two of them side by side may see twice the count.
    package struct WindowLimit: Hashable, Sendable {
        package var count: Int
        package var seconds: Double
        /// What is counted.
        package var kind: MeterKind
        package var isFixed: Bool
        /// Whether every model has a window of its own.
        package var isPerModel: Bool

        package init(count: Int, seconds: Double, kind: MeterKind = .requests, isFixed: Bool = false, isPerModel: Bool = false) {
            self.count = count
            self.seconds = seconds
            self.kind = kind
            self.isFixed = isFixed
            self.isPerModel = isPerModel
        }
    }
}

/// Why a limit's text was not understood.
package struct InvalidLimit: Error, Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package var description: String {
        "cannot read the limit \"\(text)\": it is COUNT/SECONDS with numbers above 0, as 450/30 or 1500/day, and perhaps :tokens, "
            + ":input-tokens or :output-tokens, :fixed and :per-model"
    }
}

extension SimulatorOptions.WindowLimit {
    /// - Throws: `InvalidLimit`.
    package init(parsing text: String) throws(InvalidLimit) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard numbers.count == 2, let count = Int(numbers[0]), count > 0, let seconds = Self.seconds(numbers[1]) else {
            throw InvalidLimit(text: text)
        }
        self.init(count: count, seconds: seconds)
        for word in parts.dropFirst() {
            if word == "fixed" {
                isFixed = true
            } else if word == "per-model" {
                isPerModel = true
            } else if let kind = MeterKind(rawValue: String(word).replacing("-", with: "_")) {
                self.kind = kind
            } else {
                throw InvalidLimit(text: text)
            }
        }
    }

    private static func seconds(_ text: Substring) -> Double? {
        if let named = ["second": 1, "minute": 60, "hour": 3_600, "day": 86_400.0][String(text)] { return named }
        guard let seconds = Double(text), seconds > 0, seconds.isFinite else { return nil }
        return seconds
    }
}
