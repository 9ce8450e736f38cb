import CutlineCore
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue
@testable import CutlineSQLite

@Suite struct ReadingTests {
    @Test func recordsComeInTheOrderOfTheirEntriesPageByPage() throws {
        let fixture = try Fixture.make(pictures: 0..<7)
        var cursor = RecordCursor()
        var pages: [[Int64]] = []
        while let page = try fixture.queue.reader.records(RecordSelection(state: nil), after: &cursor, pageSize: 3) {
            pages.append(page.map(\.id))
        }
        #expect(pages == [[1, 2, 3], [4, 5, 6], [7]])
    }

    @Test func pageWithoutAMatchIsEmptyAndNotTheEnd() throws {
        let fixture = try Fixture.make(pictures: 0..<4)
        try fixture.queue.execute("UPDATE jobs SET state = 'held' WHERE id = 4")
        var cursor = RecordCursor()
        var pages: [[Int64]] = []
        while let page = try fixture.queue.reader.records(RecordSelection(state: .held), after: &cursor, pageSize: 2) {
            pages.append(page.map(\.id))
        }
        #expect(pages == [[], [4]])
    }

    @Test(arguments: JobState.allCases) func recordsAreChosenByState(state: JobState) throws {
        let fixture = try Fixture.inEveryState()
        #expect(try fixture.queue.records(state).map(\.state) == [state])
    }

    @Test func recordsAreChosenByBatch() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let other = try fixture.queue.openBatch(.make("lighthouses"), policy: RetryPolicy(), limits: Limits(), now: .start)
        _ = try fixture.queue.add([.make(0)], to: other, now: .start)
        var cursor = RecordCursor()
        let page = try fixture.queue.reader.records(RecordSelection(batches: [other], state: nil), after: &cursor)
        #expect(page?.map(\.batch) == ["lighthouses"])
    }

    @Test func recordsOfSeveralBatchesComeInTheOrderOfEntries() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let others = try ["second", "third"].map {
            try fixture.queue.openBatch(.make($0), policy: RetryPolicy(), limits: Limits(), now: .start)
        }
        for batch in others { _ = try fixture.queue.add([.make(0)], to: batch, now: .start) }
        try fixture.add(.make(2))
        func batches(_ chosen: [BatchID]) throws -> [String] {
            var cursor = RecordCursor()
            return try fixture.queue.reader.records(RecordSelection(batches: chosen, state: nil), after: &cursor)?.map(\.batch) ?? []
        }
        #expect(try batches([others[1], fixture.batch]) == ["harbours", "harbours", "third", "harbours"])
        #expect(try batches([]).isEmpty)
    }

    @Test func recordSaysSinceWhenItsPictureIsMissing() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        try fixture.queue.execute("UPDATE entries SET missing_since = 5 WHERE id = 2")
        #expect(try fixture.queue.records().map(\.missingSince) == [nil, Timestamp(milliseconds: 5)])
        #expect(try fixture.queue.reader.record(entry: 2)?.missingSince == Timestamp(milliseconds: 5))
    }

    @Test func recordSaysWhatTheUserGave() throws {
        let fixture = try Fixture.make()
        var draft = JobDraft.make(1, key: "pair", own: true, prompt: "What differs?")
        draft.imagesAsGiven = ["a b.jpg", "ü\u{0}.png"]
        draft.extra = ["n": .integer(9_007_199_254_740_993), "s": .string("\u{0}"), "l": .array([.null, .bool(true), .number(0.1)])]
        try fixture.add(draft)
        let record = try fixture.queue.records()[0]
        #expect(record.key == "pair" && record.batch == "harbours" && record.state == .queued && record.id == 1)
        #expect(record.images == draft.imagesAsGiven && record.prompt == "What differs?" && record.extra == draft.extra)
        #expect(record.provider == "simulator" && record.requestedModel == "sim-1")
        #expect(record.caption == nil && record.problem == nil && record.attempts == 0 && record.finishedAt == nil)
        #expect(record.createdAt == .start)
    }

    @Test func recordHasThePicturesThatWereSent() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        var pair = JobDraft.make(1, key: "pair", own: true)
        pair.images.append(.url("https://pictures.invalid/b.jpg"))
        try fixture.add(pair)
        let records = try fixture.queue.records()
        #expect(records.map(\.pictures) == [JobDraft.make(0).images, pair.images])
        #expect(records.map(\.hasOwnKey) == [false, true])
    }

    @Test func recordOfACopyHasTheCopy() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        var copy = JobDraft.make(0, key: "copy.jpg")
        guard case .file(var file) = copy.images[0] else { return }
        file.stamp.modified = 77
        copy.images = [.file(file)]
        try fixture.add(copy)
        // Touched: looked at once more, and still the same bytes.
        file.stamp.modified = 78
        copy.images = [.file(file)]
        try fixture.add(copy)
        let records = try fixture.queue.records()
        #expect(records.map(\.pictures) == [JobDraft.make(0).images, [.file(file)]])
        #expect(file.path == "/pictures/copy.jpg")
    }

    @Test func recordsAreChosenByTheEndOfTheirJob() throws {
        let fixture = try Fixture.make(pictures: 0..<3)
        let claims = try fixture.claim(3)
        for (index, claim) in claims.prefix(2).enumerated() {
            try fixture.settle(claim, .text("a"), at: .after(Double(index) * 10))
        }
        func ids(since: Timestamp) throws -> [Int64] {
            var cursor = RecordCursor()
            return try fixture.queue.reader.records(RecordSelection(state: nil, since: since), after: &cursor)?.map(\.id) ?? []
        }
        #expect(try ids(since: .start) == [1, 2])
        #expect(try ids(since: .after(10)) == [2] && ids(since: .after(10.001)).isEmpty)
    }

    @Test func recordsAreChosenByFlag() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let claims = try fixture.claim(2)
        try fixture.settle(claims[0], .caption(Caption(text: "cut", finishReason: .length)))
        try fixture.settle(claims[1], .text("whole"))
        func texts(_ flags: FlagSelection) throws -> [String?] {
            var cursor = RecordCursor()
            return try fixture.queue.reader.records(RecordSelection(flags: flags), after: &cursor)?.map(\.caption?.text) ?? []
        }
        #expect(try texts(FlagSelection(wanted: [.truncated])) == ["cut"])
        #expect(try texts(FlagSelection(unwanted: [.truncated])) == ["whole"])
    }

    @Test func exportingTwiceGivesTheSameRecords() throws {
        let fixture = try Fixture.inEveryState()
        let first = try fixture.queue.records()
        #expect(first.count == 6)
        #expect(try fixture.queue.records() == first)
        #expect(try fixture.queue.again(at: .after(9)).records() == first)
    }

    @Test func problemIsTheLastFailureOfAStoppedJob() throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 2), pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), .transient)
        #expect(try fixture.queue.records()[0].problem == nil, "it is going to be repeated")
        try fixture.settle(fixture.claimOne(at: .after(9)), .failed(.timeout, status: nil), at: .after(9))
        #expect(try fixture.queue.records()[0].problem == .init(kind: .timeout, status: nil, message: "said the provider"))
    }

    @Test func statusAddsUpWhatWasUsed() throws {
        let fixture = try Fixture.inEveryState()
        let status = try fixture.status()
        #expect(status.jobs == Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, 1) }) && status.total == 6)
        #expect(status.name == "harbours" && status.provider == "simulator" && status.model == "sim-1")
        #expect(status.usage == Usage(inputTokens: 100, outputTokens: 100, cost: Money(nanodollars: 5)))
        #expect(status.attempts == 2 && status.failedAttempts == 1 && status.unknownAttempts == 0)
    }

    @Test func unknownUsageIsNullAndNotZero() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), .text("a", tokens: nil))
        #expect(try fixture.status().usage == Usage())
        #expect(try fixture.queue.records()[0].caption?.usage == Usage())
    }

    @Test func jobsAreFoundByKeyInAnyBatchThenByNumber() throws {
        let fixture = try Fixture.make(pictures: 0..<2)
        let other = try fixture.queue.openBatch(.make("lighthouses"), policy: RetryPolicy(), limits: Limits(), now: .start)
        _ = try fixture.queue.add([.make(0), .make(5, key: "1", own: true)], to: other, now: .start)
        let reader = fixture.queue.reader
        #expect(try reader.jobs(named: "0.jpg").map(\.record.batch) == ["harbours", "lighthouses"])
        #expect(try reader.jobs(named: "0.jpg", batch: other).map(\.record.batch) == ["lighthouses"])
        #expect(try reader.jobs(named: "1").map(\.record.key) == ["1"], "a key goes before a number")
        #expect(try reader.jobs(named: "2").map(\.record.key) == ["1.jpg"])
        #expect(try reader.jobs(named: "nothing").isEmpty)
    }

    @Test func showListsAllAttemptsOfAJob() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), .failed(.overloaded, status: 503), at: .after(1))
        try fixture.settle(fixture.claimOne(at: .after(9)), .text("a", cost: 5), at: .after(10))
        let attempts = try fixture.show("0.jpg").attempts
        #expect(attempts.map(\.n) == [1, 2] && attempts.map(\.phase) == [.failed, .succeeded] && attempts.map(\.billed) == [.no, .yes])
        #expect(attempts[0].problem == .init(kind: .overloaded, status: 503, message: "said the provider"))
        #expect(
            attempts[1].requestID == "r" && attempts[1].usage.cost == Money(nanodollars: 5) && attempts[1].latency == .milliseconds(250))
        #expect(attempts.map(\.startedAt) == [.start, .after(9)] && attempts.map(\.endedAt) == [.after(1), .after(10)])
    }

    @Test(arguments: [1, 2, 500]) func stoppedJobsAreCountedByTheirLastFailure(pageSize: Int) throws {
        let fixture = try Fixture.make(policy: RetryPolicy(maxAttempts: 2), pictures: 0..<6)
        let claims = try fixture.claim(4)
        try fixture.settle(claims[0], .permanent)
        try fixture.settle(claims[1], .permanent)
        try fixture.settle(claims[2], .transient)
        try fixture.settle(claims[3], .text("a"))
        try fixture.settle(fixture.claim(1, at: .after(60))[0], .failed(.contentFiltered), at: .after(61))
        _ = try fixture.queue.hold(JobSelection(jobs: [JobID(6)]))
        let failed = try fixture.queue.reader.causes(of: fixture.batch, .failed, pageSize: pageSize)
        #expect(failed.counts.values.reduce(0, +) == (try fixture.count(.failed)))
        #expect(failed.counts[.imageRejected] == 2 && failed.counts[.contentFiltered] == 1 && failed.without == 0)
        #expect(try fixture.queue.reader.causes(of: fixture.batch, .held, pageSize: pageSize).without == 1)
        #expect(try fixture.queue.reader.causes(of: fixture.batch, .failed, limit: 2, pageSize: pageSize).counts.values.reduce(0, +) == 2)
    }

    @Test func delayedJobSaysWhenItIsDue() throws {
        let fixture = try Fixture.make(pictures: 0..<1)
        try fixture.settle(fixture.claimOne(), .transient)
        #expect(try fixture.show("0.jpg").availableAt == .after(1))
    }
}

extension Fixture {
    /// A job in each state, and a cost of 5 nano-dollars.
    fileprivate static func inEveryState() throws -> Fixture {
        let fixture = try Fixture.make(pictures: 0..<6)
        let claims = try fixture.claim(3)
        try fixture.settle(claims[0], .text("a", cost: 5))
        try fixture.settle(claims[1], .permanent)
        _ = try fixture.queue.hold(JobSelection(jobs: [JobID(4)]))
        _ = try fixture.queue.cancel(JobSelection(jobs: [JobID(5)]), now: .start)
        return fixture
    }
}
