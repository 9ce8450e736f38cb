import CutlineCore

extension Queue {
    /// Puts failed jobs back in the queue with fresh budgets; captioned ones where the selection names flags: their caption stays until a
    /// better one comes.
    package func retry(_ selection: JobSelection = JobSelection()) throws -> JobsMoved {
        try apply(.retry(Requeueing(), captioned: selection.flags != nil), to: selection)
    }

    /// The same with something changed, and of those that are queued, too.
    package func retry(_ selection: JobSelection, with change: JobChange, now: Timestamp) throws -> JobsMoved {
        let routes = try change.route.map { try open($0, for: selection, at: now) }
        return try apply(
            .retry(
                Requeueing(maxTokens: change.maxTokens, routes: routes, priority: change.priority), captioned: selection.flags != nil),
            to: selection)
    }

    private func open(_ route: RouteDraft, for selection: JobSelection, at now: Timestamp) throws -> [BatchID: RouteID] {
        let batches = try reader.read { db in
            let chosen = try selection.jobs.map { jobs in
                try Set(Int64.fetchAll(db, sql: Self.batchesAmong, arguments: [JSONColumn.list(jobs.sorted())]).map(BatchID.init))
            }
            return try Batch.all(db).filter { batch in
                guard selection.batch ?? batch.id == batch.id else { return false }
                return chosen?.contains(batch.id) ?? selection.means(batch.id, isTrial: batch.isTrial)
            }
        }
        return try batches.reduce(into: [:]) { routes, batch in
            routes[batch.id] = try write { try RouteStep(db: $0, batch: batch.id, settings: batch.settings, now: now).open(route) }
        }
    }

    private static let batchesAmong =
        "SELECT jobs.batch FROM json_each(?) AS chosen CROSS JOIN jobs ON jobs.id = CAST(chosen.value AS BIGINT)"

    /// Puts held jobs back in the queue with fresh budgets; cancelled ones only where they are named one by one.
    package func release(_ selection: JobSelection = JobSelection()) throws -> JobsMoved {
        try apply(.release(from: selection.jobs == nil ? [.held] : [.held, .cancelled]), to: selection)
    }

    /// Keeps queued jobs from being sent until they are released.
    package func hold(_ selection: JobSelection = JobSelection()) throws -> JobsMoved {
        try apply(.hold, to: selection)
    }

    /// Takes jobs out of the queue for good. A running one is not recalled: its caption is kept when it comes.
    package func cancel(_ selection: JobSelection = JobSelection(), now: Timestamp) throws -> JobsMoved {
        try apply(.cancel(now: now), to: selection)
    }

    /// Sends what waits, is under way or held before or after other jobs from now on. No call is made because of it.
    package func prioritize(_ selection: JobSelection, _ priority: Priority) throws -> JobsMoved {
        try apply(.prioritize(priority), to: selection)
    }

    /// In chunks, so that a large selection does not keep other processes from the queue.
    private func apply(_ verb: Verb, to selection: JobSelection) throws -> JobsMoved {
        var result = JobsMoved()
        for source in try sources(of: selection, verb.from) {
            var cursor = JobSource.Cursor()
            while true {
                // A transaction that fails must not have counted.
                var (next, end) = (result, cursor)
                let isOver = try write { db in
                    let page = try source.page(after: &end, db)
                    for id in page { try verb.apply(to: id, selection, &next, db) }
                    return page.isEmpty
                }
                (result, cursor) = (next, end)
                if isOver { break }
                Self.giveWay()
            }
        }
        return result
    }

    private func sources(of selection: JobSelection, _ states: [JobState]) throws -> [JobSource] {
        if let jobs = selection.jobs { return [.listed(jobs.map(\.number).sorted())] }
        let batches = try selection.batch.map { [$0] } ?? reader.batchStatuses().map(\.id)
        let routes = try reader.routes().filter { batches.contains($0.batch) }.map(\.id)
        return JobSource.all(states, in: batches, routes: routes)
    }
}
