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

    /// `450 ms`, `12.3 s`, `3 min 20 s`, `2 h 5 min`.
    static func duration(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        let seconds = milliseconds / 1_000
        switch milliseconds {
        case ..<1_000: return "\(milliseconds) ms"
        case ..<60_000: return "\(seconds).\(milliseconds % 1_000 / 100) s"
        case ..<3_600_000: return "\(seconds / 60) min \(seconds % 60) s"
        default: return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
        }
    }

    /// `$0.41`, `$12.30`, `$0.000229`: two digits that say something, at least cents.
    static func money(_ money: Money) -> String {
        var places = 2
        var unit: Int64 = 10_000_000
        while places < 9, money.nanodollars != 0, money.nanodollars < unit * 10 {
            places += 1
            unit /= 10
        }
        let rounded = (money.nanodollars + unit / 2) / unit
        let scale = 1_000_000_000 / unit
        let fraction = String(rounded % scale)
        return "$\(number(Int(rounded / scale))).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }

    /// `41.2/s`, `7.5/min` where it is slow.
    static func rate(_ count: Int, in duration: Duration) -> String {
        let seconds = max(0.001, Double(duration.milliseconds) / 1_000)
        let perSecond = Double(count) / seconds
        return perSecond >= 1 || count == 0 ? "\(oneDecimal(perSecond))/s" : "\(oneDecimal(perSecond * 60))/min"
    }

    static func oneDecimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(number(tenths / 10)).\(tenths % 10)"
    }

    /// Text from outside, safe on a terminal: control characters (C0, DEL, C1) become spaces.
    static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : $0 }))
    }

    /// At most `width` characters, the cut shown by an ellipsis.
    static func shortened(_ text: String, to width: Int) -> String {
        text.count <= width ? text : "\(text.prefix(width - 1))…"
    }

    /// Columns aligned by spaces; the last one is left as it is.
    static func table(_ rows: [[String]]) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { index, cell in
                index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
            }.joined(separator: "  ") + "\n"
        }.joined()
    }
}
