import Testing

@testable import CutlineSimulator

@Suite struct FaultParsingTests {
    @Test(arguments: [
        ("500", Fault(.status(500, retryAfter: nil))),
        ("429:retry-after=2@10%", Fault(.status(429, retryAfter: 2), when: .percent(10))),
        ("503:retry-after=0.5@3+", Fault(.status(503, retryAfter: 0.5), when: .from(3))),
        ("reset@3", Fault(.reset, when: .calls(3...3))),
        ("reset-early@2-5", Fault(.resetEarly, when: .calls(2...5))),
        ("hang", Fault(.hang)), ("truncated", Fault(.truncated)), ("empty", Fault(.empty)), ("garbage", Fault(.garbage)),
        ("quota@12.5%", Fault(.quota, when: .percent(12.5))), ("image-unreachable@2", Fault(named: .imageUnreachable, when: .calls(2...2))),
        ("rate-limited:retry-after=7@4+", Fault(.named(.rateLimited, retryAfter: 7), when: .from(4))),
    ])
    func aFaultIsReadFromItsText(text: String, fault: Fault) throws {
        #expect(try Fault(parsing: text) == fault)
    }

    @Test(arguments: [
        "", "earthquake", "200", "399", "600", "500@", "500@0", "500@5-2", "500@1-", "500@-1", "500@101%", "500@x%", "500@1%+",
        "500:after=2", "500:retry-after=", "500:retry-after=-1", "500:retry-after=inf", "reset:retry-after=1",
    ])
    func aBadTextIsRefused(text: String) {
        #expect(throws: InvalidFault.self) { try Fault(parsing: text) }
    }

    @Test func theRefusalNamesTheNearestKind() {
        let error = #expect(throws: InvalidFault.self) { try Fault(parsing: "quotta@3") }
        #expect(
            error?.description == """
                cannot read the fault "quotta@3": the kind "quotta" is not known; did you mean quota? Known are a status from 400 to 599 \
                and the names that cutline simulate --list-faults prints
                """)
        let far = #expect(throws: InvalidFault.self) { try Fault(parsing: "earthquake") }
        #expect(far?.description.contains("is not known; known are a status") == true)
    }

    @Test(arguments: Fault.Name.allCases)
    func everyNameIsReadAndHasASummary(name: Fault.Name) throws {
        #expect(try Fault(parsing: "\(name.rawValue)@2") == Fault(named: name, when: .calls(2...2)))
        #expect(try Fault(parsing: name.rawValue).kind.word == name.rawValue)
        #expect(!name.summary.isEmpty && !name.summary.contains("\n"))
    }

    @Test func aShareIsMetAndAlwaysBySameCalls() {
        let fault = Fault(.reset, when: .percent(10))
        let hits = (1...10_000).filter(fault.applies)
        #expect((900...1_100).contains(hits.count))
        #expect(hits == (1...10_000).filter(fault.applies))
        #expect(!(1...1_000).contains(where: Fault(.reset, when: .percent(0)).applies))
        #expect((1...1_000).allSatisfy(Fault(.reset, when: .percent(100)).applies))
    }

    @Test func aRangeCountsFromOne() {
        func calls(_ when: Fault.When) -> [Int] { (1...6).filter(Fault(.reset, when: when).applies) }
        #expect(calls(.always) == [1, 2, 3, 4, 5, 6])
        #expect(calls(.calls(2...3)) == [2, 3])
        #expect(calls(.from(5)) == [5, 6])
    }

    @Test func markersAreReadInOrder() throws {
        let markers = try Marker.all(in: "A [simulate: 429 retry-after=1 times=1] b [simulate: latency=200] [simulate: reset]")
        #expect(markers.map(\.kind) == [.status(429, retryAfter: 1), nil, .reset])
        #expect(markers.map(\.latency) == [.zero, .milliseconds(200), .zero])
        #expect(markers.map(\.times) == [1, nil, nil])
    }

    @Test(arguments: ["[simulate:]", "[simulate: times=2]", "[simulate: reset-early]", "[simulate: 500 times=0]", "[simulate: 500"])
    func aBadMarkerIsRefused(prompt: String) {
        #expect(throws: InvalidFault.self) { try Marker.all(in: prompt) }
    }
}
