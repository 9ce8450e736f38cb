import CutlineCore
import CutlineQueue

/// What came of a grid, as the queue has it.
struct GridResult {
    struct Cell {
        let label: String
        let settings: BatchSettings
        /// With the sample's jobs alone counted.
        let status: BatchStatus
        /// Of all captions that have one.
        let meanLatency: Duration?
        /// What the whole input would cost with this prompt and model.
        let forecast: Money?
    }

    struct Row {
        let key: String
        let images: [ImageSource]
        /// One for each cell.
        let records: [Record]
    }

    let base: String
    let prompts: [(label: String, text: String)]
    let models: [(label: String, text: String)]
    let cells: [Cell]
    let rows: [Row]
    /// Entries of the whole input.
    let entries: Int

    init(of grid: Grid, in scope: Scope, _ reader: QueueReader) throws {
        (base, prompts, models, entries) = (grid.base, grid.prompts, grid.models, grid.entries)
        let statuses = try reader.batchStatuses(in: scope)
        var columns: [[Record]] = []
        cells = try grid.cells.map { cell in
            guard var status = statuses.first(where: { $0.name == cell.settings.name }) else {
                throw QueueError.noSuchBatch(cell.settings.name, known: statuses.map(\.name))
            }
            status.reckonCost(
                at: cell.settings.profile.price(of: cell.settings.model), images: cell.drafts.map(\.images.count).reduce(0, +))
            let records = try cell.drafts.map { try reader.record(key: $0.key, of: status) }
            columns.append(records)
            let latencies = records.filter { $0.caption != nil }.compactMap(\.latency)
            return Cell(
                label: cell.label, settings: cell.settings, status: status,
                meanLatency: latencies.isEmpty ? nil : latencies.reduce(.zero, +) / latencies.count,
                forecast: status.cost(of: grid.entries))
        }
        let all = columns
        rows = grid.cells[0].drafts.enumerated().map { index, draft in
            Row(key: draft.key, images: draft.images, records: all.map { $0[index] })
        }
    }
}

extension QueueReader {
    fileprivate func record(key: String, of batch: BatchStatus) throws -> Record {
        guard let status = try jobs(named: key, batch: batch.id).first else {
            throw CommandEnd(
                code: .queue, sentence: "the queue has lost \"\(Words.clean(key))\" of batch \"\(batch.name)\"; see `cutline doctor`")
        }
        return status.record
    }
}

extension BatchStatus {
    /// Calls that were made before their price was known: by the tokens that they used.
    fileprivate mutating func reckonCost(at price: Price?, images: Int) {
        guard usage.cost == nil, let price, let input = usage.inputTokens, let output = usage.outputTokens else { return }
        usage.cost = price.cost(inputTokens: max(0, input), outputTokens: max(0, output), images: images, requests: max(0, attempts))
    }
}
