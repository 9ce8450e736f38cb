import CutlineCore
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
        ("503@5s-80s", Fault(.status(503, retryAfter: nil), when: .seconds(5..<80))),
        ("429:retry-after=1@0.5s+", Fault(.status(429, retryAfter: 1), when: .seconds(0.5..<Double.infinity))),
        ("inspection@2.5%pictures", Fault(named: .inspection, when: .percentOfPictures(2.5))),
        ("model-not-found@model=a/b:free", Fault(named: .modelNotFound, when: .model("a/b:free"))),
        ("rate-limited:retry-after=7@4+", Fault(.named(.rateLimited, retryAfter: 7), when: .from(4))),
    ])
    func aFaultIsReadFromItsText(text: String, fault: Fault) throws {
        #expect(try Fault(parsing: text) == fault)
    }

    @Test(arguments: [
        "", "earthquake", "200", "399", "600", "500@", "500@0", "500@5-2", "500@1-", "500@-1", "500@101%", "500@x%", "500@1%+", "500@5s",
        "500@5s-5s",
        "500@5s-", "500@5-80s", "500@-1s+", "500@infs+", "500@1%picture", "500@101%pictures", "500@model=",
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
        let hits = (1...10_000).filter(fault.applies(toCall:))
        #expect((900...1_100).contains(hits.count))
        #expect(hits == (1...10_000).filter(fault.applies(toCall:)))
        #expect(!(1...1_000).contains(where: Fault(.reset, when: .percent(0)).applies(toCall:)))
        #expect((1...1_000).allSatisfy(Fault(.reset, when: .percent(100)).applies(toCall:)))
    }

    @Test func aRangeCountsFromOne() {
        func calls(_ when: Fault.When) -> [Int] { (1...6).filter(Fault(.reset, when: when).applies(toCall:)) }
        #expect(calls(.always) == [1, 2, 3, 4, 5, 6])
        #expect(calls(.calls(2...3)) == [2, 3])
        #expect(calls(.from(5)) == [5, 6])
    }

    @Test func aSpanIsCountedFromTheFirstCall() {
        func seconds(_ span: Range<Double>) -> [Int] {
            (0...6).filter { Fault(.reset, when: .seconds(span)).applies(to: Arrival(number: 1, elapsed: .seconds($0)), nil) }
        }
        #expect(seconds(2..<4) == [2, 3])
        #expect(seconds(4..<Double.infinity) == [4, 5, 6])
    }

    @Test func aShareOfPicturesIsTheSameAtEveryCall() throws {
        let fault = Fault(.inspection, when: .percentOfPictures(20))
        func hits(from call: Int) throws -> [UInt8] {
            try (1...200).filter { width in
                let body = chat(images: [dataURL(png(width: width))])
                return fault.applies(to: Arrival(number: call + Int(width)), try ChatRequest(parsing: body.utf8, origin: ""))
            }
        }
        #expect((20...60).contains(try hits(from: 0).count))
        #expect(try hits(from: 0) == hits(from: 777))
    }

    @Test func aFaultOfOneModelSparesTheOthers() throws {
        let fault = Fault(.quota, when: .model("sim-1"))
        let request = try ChatRequest(parsing: chat().utf8, origin: "")
        let other = try ChatRequest(parsing: chat(more: ["model": .string("sim-2")]).utf8, origin: "")
        #expect([request, other, nil].map { fault.applies(to: Arrival(number: 1), $0) } == [true, false, false])
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

extension Fault {
    fileprivate func applies(toCall number: Int) -> Bool { applies(to: Arrival(number: number), nil) }
}
