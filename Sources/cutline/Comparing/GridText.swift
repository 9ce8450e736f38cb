import CutlineCore
import CutlineQueue

/// A grid in words, for a terminal.
enum GridText {
    typealias Sending = (cell: Grid.Cell, tokens: TokenEstimate, elsewhere: CaptionsElsewhere)

    /// `10 pictures × 2 prompts × 2 models: 40 calls to make, about $0.02`.
    static func forecast(_ grid: Grid, _ cells: [Sending]) -> String {
        let shape = [Words.count(grid.size, "picture"), Words.count(grid.prompts.count, "prompt"), Words.count(grid.models.count, "model")]
            .joined(separator: " × ")
        let calls = cells.map(\.tokens.calls).reduce(0, +)
        guard calls > 0 else { return "\(shape): every caption is there already, no call is needed" }
        let known = grid.size * grid.cells.count - calls
        let rest = known > 0 ? " (\(Words.number(known)) are there already)" : ""
        return "\(shape): \(Words.count(calls, "call")) to make\(rest), \(cost(cells))"
    }

    /// What other batches have of it, a line for each cell.
    static func elsewhere(_ cells: [Sending], _ use: CaptionSearch.Use) -> String {
        cells.filter { $0.elsewhere.jobs > 0 }.map { cell, _, elsewhere in
            switch use {
            case .tell: "\(cell.label): \(ElsewhereText.line(elsewhere, names: false))"
            case .takeOver: "\(cell.label): \(ElsewhereText.takenOver(elsewhere))"
            }
        }.joined()
    }

    private static func cost(_ cells: [Sending]) -> String {
        var (low, high) = (Money.zero, Money?.some(.zero))
        for (cell, tokens, _) in cells where tokens.calls > 0 {
            let settings = cell.settings
            guard let price = settings.profile.price(of: settings.model) else {
                return "of unknown cost: no price of \(Words.clean(settings.model)) is known"
            }
            guard let cost = tokens.cost(at: price, maxTokens: settings.parameters.answerLimit) else { return "dearer than can be counted" }
            low = low + cost.low
            high = high.flatMap { sum in cost.high.map { sum + $0 } }
        }
        guard let high else { return "\(Words.money(low)) or more" }
        return high > low ? "\(Words.money(low)) to \(Words.money(high))" : "about \(Words.money(low))"
    }

    /// Prompts and models, the captions picture by picture, and what each cell came to.
    static func lines(_ result: GridResult) -> String {
        var text = result.prompts.map { "\($0.label)  \(Words.shortened(Words.clean($0.text), to: 100))\n" }.joined()
        text += result.models.map { "\($0.label)  \(Words.clean($0.text))\n" }.joined()
        for row in result.rows {
            text += "\n\(Words.clean(row.key))\n"
            for (cell, record) in zip(result.cells, row.records) {
                text += "  \(cell.label)  \(Words.clean(caption(record)))\(flags(record))\n"
            }
        }
        return text + "\n" + Words.table([header] + result.cells.map { line($0, of: result) })
    }

    static let header = ["cell", "batch", "captioned", "tokens", "cost", "mean time", "the whole input"]

    static func line(_ cell: GridResult.Cell, of result: GridResult) -> [String] {
        let status = cell.status
        return [
            cell.label, Words.clean(status.name), "\(Words.number(status.count(.succeeded))) of \(Words.number(status.wanted))",
            status.usage.totalTokens.map(Words.number) ?? "–", status.usage.cost.map(Words.money) ?? "–",
            cell.meanLatency.map(Words.duration) ?? "–", whole(cell, of: result),
        ]
    }

    private static func whole(_ cell: GridResult.Cell, of result: GridResult) -> String {
        if let cost = cell.forecast { return "≈ \(Words.money(cost))" }
        return cell.status.tokens(of: result.entries).map { "≈ \(Words.number($0)) tokens" } ?? "–"
    }

    static func caption(_ record: Record) -> String { record.caption.map(\.text) ?? record.problem?.line ?? record.state.rawValue }

    private static func flags(_ record: Record) -> String {
        let flags = record.caption?.flags.map(\.rawValue) ?? []
        return flags.isEmpty ? "" : " [\(flags.joined(separator: ", "))]"
    }
}
