import CutlineCore

/// Numbers and texts as people read them.
enum Words {
    /// 1234567 → `1,234,567`.
    static func number(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-\(text)" : text
    }

    /// `1 job`, `1,200 jobs`.
    static func count(_ value: Int, _ noun: String) -> String { "\(number(value)) \(noun)\(value == 1 ? "" : "s")" }

    /// `450 ms`, `12.3 s`, `3 min 20 s`, `2 h 5 min`; a time that has passed is `0 ms`.
    static func duration(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.milliseconds)
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        let tenths = (milliseconds + 50) / 100
        if tenths < 600 { return "\(tenths / 10).\(tenths % 10) s" }
        let seconds = (milliseconds + 500) / 1_000
        if seconds < 3_600 { return "\(seconds / 60) min \(seconds % 60) s" }
        let minutes = (seconds + 30) / 60
        return "\(number(Int(minutes / 60))) h \(minutes % 60) min"
    }

    /// `$0.41`, `$12.30`, `$0.0023`: at least cents, and below ten cents two digits that say something.
    static func money(_ money: Money) -> String {
        var places = 2
        var unit: Int64 = 10_000_000
        while places < 9, money.nanodollars != 0, money.nanodollars < unit * 10 {
            places += 1
            unit /= 10
        }
        let (whole, rest) = money.nanodollars.quotientAndRemainder(dividingBy: unit)
        let rounded = whole + (rest * 2 >= unit ? 1 : 0)
        let scale = 1_000_000_000 / unit
        var fraction = String(rounded % scale)
        fraction = String(repeating: "0", count: places - fraction.count) + fraction
        while fraction.count > 2, fraction.hasSuffix("0") { fraction.removeLast() }
        return "$\(number(Int(rounded / scale))).\(fraction)"
    }

    /// `41.2/s`, `7.5/min` where it is slow.
    static func rate(_ count: Int, in duration: Duration) -> String {
        let seconds = max(0.001, Double(duration.milliseconds) / 1_000)
        return rate(Double(count) / seconds)
    }

    static func rate(_ perSecond: Double) -> String {
        perSecond >= 1 || perSecond == 0 ? "\(oneDecimal(perSecond))/s" : "\(oneDecimal(perSecond * 60))/min"
    }

    static func oneDecimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(number(tenths / 10)).\(tenths % 10)"
    }

    /// Text from outside, safe on one line of a terminal: control characters (C0, DEL, C1), line separators and those that turn the
    /// direction of writing become spaces.
    static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isUnsafe($0.value) ? " " : $0 }))
    }

    private static func isUnsafe(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
