import CutlineCore
import TestQueues
import TestSupport
import Testing

@testable import CutlineQueue

@Suite struct BatchTests {
    @Test func sameSettingsOpenTheSameBatch() throws {
        let fixture = try Fixture.make()
        #expect(try open(.make(), in: fixture) == fixture.batch)
    }

    @Test(arguments: [
        ("provider", BatchSettings.make(provider: "other")), ("model", .make(model: "sim-2")), ("system text", .make(system: "Be brief.")),
        ("prompt", .make(prompt: "Describe this picture!")), ("parameters", .make(parameters: Parameters(temperature: 0.5))),
        ("identity", .make(identity: .path)),
        ("preparing of pictures", .prepared(quality: 85)),
    ])
    func otherSettingsUnderTheSameNameAreRefused(what: String, settings: BatchSettings) throws {
        let fixture = try Fixture.make()
        let error = #expect(throws: QueueError.self) { try open(settings, in: fixture) }
        guard case .batchDiffers("harbours", what, _, _) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(error?.description.contains("--batch NEW") == true)
        #expect(try fixture.queue.reader.batches().map(\.settings) == [.make()])
    }

    @Test func preparedBatchesKeepTheirNumbersAndTellEachCall() throws {
        let folder = TemporaryFolder(inMemory: true)
        let queue = try Queue.make(in: folder)
        let settings = BatchSettings.prepared(quality: 70)
        let batch = try queue.openBatch(settings, policy: RetryPolicy(), limits: Limits(), now: .start)
        #expect(try queue.reader.batch(named: settings.name).settings == settings)
        #expect(throws: QueueError.self) {
            try queue.openBatch(.prepared(quality: 71), policy: RetryPolicy(), limits: Limits(), now: .start)
        }
        #expect(throws: QueueError.self) { try queue.openBatch(.make(), policy: RetryPolicy(), limits: Limits(), now: .start) }
        _ = try queue.add([.make(1)], to: batch, now: .start)
        let worker = try queue.worker("w")
        let claims = try queue.turn(
            worker, TurnRequest(settlements: [], claimLimit: 1, scope: .all, lease: .seconds(360), now: { .start }, jitter: { 0 })
        ).claims
        #expect(claims.map(\.request.preparation) == [settings.preparation])
        let picture = PreparedPicture(format: .jpeg, size: PictureSize(width: 8, height: 6), byteCount: 7, maker: "libvips 8.14.1") {
            _, _ in 0
        }
        let (attempt, inPlace) = (try #require(claims.first?.attempt), [PictureInPlace(image: 1, picture)])
        let ended = Settlement(
            attempt: attempt, outcome: .failure(Failure(.overloaded, "busy")), latency: .zero, endedAt: .start, inPlace: inPlace)
        _ = try queue.turn(
            worker, TurnRequest(settlements: [ended], claimLimit: 0, scope: .all, lease: .seconds(360), now: { .start }, jitter: { 0 }))
        let key = try #require(try queue.reader.read { try String.fetchOne($0, sql: "SELECT key FROM entries") })
        #expect(try queue.reader.jobs(named: key).first?.attempts.map(\.inPlace) == [inPlace])
    }

    @Test func spellingsOfOneLetterAreTwoPrompts() throws {
        let folder = TemporaryFolder()
        let queue = try Queue.make(in: folder)
        _ = try queue.openBatch(.make(prompt: "caf\u{E9}"), policy: RetryPolicy(), limits: Limits(), now: .start)
        #expect(throws: QueueError.self) {
            try queue.openBatch(.make(prompt: "cafe\u{301}"), policy: RetryPolicy(), limits: Limits(), now: .start)
        }
    }

    @Test func systemTextNoneIsNotTheAbsenceOfOne() throws {
        let fixture = try Fixture.make()
        #expect(throws: QueueError.self) { try open(.make(system: "none"), in: fixture) }
    }

    @Test(.onFile) func settingsComeBackAsTheyWereGiven() throws {
        let parameters = Parameters(
            maxTokens: 300, temperature: 0.1, detail: .low,
            others: ["seed": .integer(9_007_199_254_740_993), "stop": .array([.string("a\u{0}")])])
        let settings = BatchSettings.make(
            "b\u{0}", system: "Say \u{0}.", prompt: "e\u{301}\u{0}", parameters: parameters, identity: .path)
        let fixture = try Fixture.make()
        _ = try open(settings, in: fixture)
        #expect(try fixture.queue.reader.batch(named: "b\u{0}").settings == settings)
    }

    @Test func adjustChangesOnlyWhatIsGiven() throws {
        let fixture = try Fixture.make(limits: Limits(concurrency: 3, requests: .perMinute(60)))
        try fixture.queue.adjust(
            .batch(fixture.batch), limits: Limits(concurrency: 5), maxAttempts: 2, onUnknown: nil, now: .start)
        #expect(try fixture.lane().limits == Limits(concurrency: 5, requests: .perMinute(60)))
        #expect(try fixture.queue.reader.batches().map(\.policy) == [RetryPolicy(maxAttempts: 2)])
        try fixture.queue.adjust(.all, limits: Limits(), maxAttempts: nil, onUnknown: .hold, now: .start)
        #expect(try fixture.lane().limits == Limits(concurrency: 5, requests: .perMinute(60)))
        #expect(try fixture.queue.reader.batches().map(\.policy) == [RetryPolicy(maxAttempts: 2, onUnknown: .hold)])
    }

    @Test func profilePolicyAndLimitsMayChange() throws {
        let fixture = try Fixture.make()
        var settings = BatchSettings.make()
        settings.profile.baseURL = "http://127.0.0.1:9/v1"
        let policy = RetryPolicy(maxAttempts: 2, onUnknown: .hold)
        let batch = try fixture.queue.openBatch(settings, policy: policy, limits: Limits(concurrency: 3), now: .start)
        #expect(batch == fixture.batch)
        #expect(
            try fixture.queue.reader.batches() == [
                Batch(id: batch, lane: 1, settings: settings, policy: policy, terms: nil, checks: CheckRules(), isTrial: false)
            ])
        #expect(try fixture.lane().limits == Limits(concurrency: 3))
    }

    @Test func refusedSettingsLeaveNoLane() throws {
        let fixture = try Fixture.make()
        _ = try? open(.make(provider: "other"), in: fixture)  // refused; what it left behind is the question
        #expect(try fixture.queue.reader.laneStatuses().map(\.name) == ["simulator"])
    }

    @Test func unknownBatchIsRefusedNamingTheKnownOnes() throws {
        let fixture = try Fixture.make()
        #expect(throws: QueueError.noSuchBatch("nothing", known: ["harbours"])) { try fixture.queue.reader.batch(named: "nothing") }
    }

    @Test func whatABatchSendsCannotBeOverwritten() throws {
        let fixture = try Fixture.make()
        #expect(throws: QueueError.self) { try fixture.queue.execute("UPDATE batches SET prompt = 'other'") }
    }

    private func open(_ settings: BatchSettings, in fixture: Fixture) throws -> BatchID {
        try fixture.queue.openBatch(settings, policy: RetryPolicy(), limits: Limits(), now: .start)
    }
}

extension BatchSettings {
    fileprivate static func prepared(quality: Int) -> BatchSettings {
        var settings = BatchSettings.make()
        settings.preparation = Preparation(mode: .fit, bound: ImageTokens(model: "claude-opus-4-7").bound(detail: nil), quality: quality)
        return settings
    }
}
