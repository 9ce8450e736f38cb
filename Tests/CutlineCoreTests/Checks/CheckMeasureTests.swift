import CutlineCore
import Foundation
import Testing

/// How good the checks are, by examples that were labelled by hand. `examples.txt` was looked at while the rules were made, `held-out.txt` was
/// written together with it and looked at once, for `banned`; `fresh.txt` was written when the rules stood, and is the honest measure.
@Suite struct CheckMeasureTests {
    @Test func theyAreAsGoodAsTheirTableSays() throws {
        let document = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/captions.md").standardized
        let text = try String(contentsOf: document, encoding: .utf8)
        let lines = text.split(separator: "\n").map(String.init)
        let sets = try ["examples.txt", "held-out.txt", "fresh.txt"].map { try Example.all(in: $0) }
        for flag in CaptionFlag.allCases {
            let cells = sets.map { Self.cell(Score(flag, $0)) }
            for cells in [cells[2...], cells[..<2]] {
                let row = "| `\(flag.rawValue)` | \(cells.joined(separator: " | ")) |"
                #expect(lines.contains(row), "docs/captions.md should have: \(row)")
            }
        }
        for (set, words) in zip(sets, ["examples that", "that were written with", "captions that were written by"]) {
            #expect(text.replacing("\n", with: " ").contains("\(set.count) \(words)"))
        }
    }

    /// `98 %, 95 % (40)`: precision, recall, and how many there are to be found.
    private static func cell(_ score: Score) -> String {
        let count = score.right + score.missed
        return count + score.wrong == 0 ? "–" : "\(score.precision) %, \(score.recall) % (\(count))"
    }

    @Test func thereAreEnoughExamples() throws {
        let sets = try ["examples.txt", "held-out.txt", "fresh.txt"].map { try Example.all(in: $0).count }
        #expect(sets.reduce(0, +) >= 400 && sets[1] * 3 >= sets[0])
    }

    /// Where it matters most to be right: a good caption is not to be paid for twice.
    @Test(arguments: ["examples.txt", "held-out.txt"]) func goodCaptionsAreLeftAlone(file: String) throws {
        let good = try Example.all(in: file).filter(\.expected.isEmpty)
        let blamed = good.filter { !$0.found.isEmpty }
        #expect(blamed.count * 50 <= good.count, "\(blamed)")
    }
}
