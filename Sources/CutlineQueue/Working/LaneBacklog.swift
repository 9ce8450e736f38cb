import CutlineCore

/// The queued jobs of one lane. The batch whose next job is the most urgent comes first, of several the one that was made first; the jobs of
/// each go by priority, by how often they were put back, and by number.
struct LaneBacklog {
    let lane: Int64
    let firstBatch: BatchID
    let batchCount: Int
    /// Of batches that take no more calls in this turn because of them.
    private(set) var stops: [LaneRefusal]
    /// In the order in which their next jobs go.
    private var batches: [ClaimableBatch]

    /// - Parameter batches: at least one, in the order in which they were made.
    init(lane: Int64, batches: [ClaimableBatch]) {
        self.lane = lane
        firstBatch = batches[0].id
        batchCount = batches.count
        stops = batches.compactMap { $0.account?.closedReason.map(LaneRefusal.budget) }
        self.batches = batches.filter { $0.account?.closedReason == nil }.sorted { $0.place < $1.place }
    }

    /// How urgent the next job is: what goes first is smaller. It may turn out to be less urgent.
    var rank: Int { batches.first?.place.rank ?? .max }

    /// The next job of which the model may be asked; it stays the next one until it is removed.
    ///
    /// - Parameter count: how many more are likely to be asked for; claimed rows are no candidates when more are fetched.
    mutating func next(
        _ db: any Session, _ lanes: LaneStore, expecting count: Int, at now: Timestamp
    ) throws -> (ClaimableJob, ClaimableBatch)? {
        while let batch = batches.first {
            if let refusal = try lanes.closedReason(lane, of: batch.request.model, at: now) {
                drop(because: refusal)
                continue
            }
            let looksElsewhere = try lanes.looksElsewhere(lane, for: batch.request.model)
            guard let job = try batches[0].next(db, looksElsewhere: looksElsewhere, limit: min(max(1, count), 256)) else {
                batches.removeFirst()
                continue
            }
            if !moveFirstToItsPlace() { return (job, batch) }
        }
        return nil
    }

    /// Once the next job is claimed.
    mutating func removeNext() {
        batches[0].removeNext()
        _ = moveFirstToItsPlace()
    }

    /// Sets aside what a call of the first batch may cost, or takes the batch out of this turn and returns nil.
    mutating func reserve(_ call: CallSize) -> Spending? {
        guard let account = batches.first?.account else { return nil }
        switch account.tryReserve(call) {
        case .success(let reservation): return reservation
        case .failure(let stop):
            drop(because: .budget(stop))
            return nil
        }
    }

    private mutating func drop(because refusal: LaneRefusal) {
        stops.append(refusal)
        batches.removeFirst()
    }

    /// The first batch goes behind those whose next jobs are more urgent now; true: there are some.
    private mutating func moveFirstToItsPlace() -> Bool {
        guard batches.count > 1, batches[1].place < batches[0].place else { return false }
        let batch = batches.removeFirst()
        batches.insert(batch, at: batches.firstIndex { batch.place < $0.place } ?? batches.endIndex)
        return true
    }
}
