import AsyncHTTPClient
import CutlineCore
import CutlineSimulator
import Testing

@Suite(.timeLimit(.minutes(15))) struct FaultTests {
    @Test func aStatusIsAnsweredWithAnErrorObject() async throws {
        let options = SimulatorOptions(faults: [Fault(.status(503, retryAfter: 2), when: .calls(1...1))])
        try await withSimulator(options) { simulator in
            let reply = try await simulator.post(chat())
            #expect(reply.status == 503)
            #expect(reply.headers["retry-after"] == "2")
            #expect(try reply.json["error"]?["type"]?.string == "server_error")
            #expect(try await simulator.post(chat()).status == 200)
        }
    }

    @Test func aQuotaSaysSoInItsCode() async throws {
        let reply = try await withSimulator(SimulatorOptions(faults: [Fault(.quota)])) { try await $0.post(chat()) }
        #expect(reply.status == 429)
        #expect(try reply.code == "insufficient_quota")
        #expect(reply.headers["retry-after"] == nil)
    }

    @Test func anEmptyAnswerHasNoBody() async throws {
        let reply = try await withSimulator(SimulatorOptions(faults: [Fault(.empty)])) { try await $0.post(chat()) }
        #expect(reply.status == 200)
        #expect(reply.headers["content-length"] == "0")
        #expect(reply.body.isEmpty)
    }

    @Test func garbageIsHTML() async throws {
        let reply = try await withSimulator(SimulatorOptions(faults: [Fault(.garbage)])) { try await $0.post(chat()) }
        #expect(reply.status == 200)
        #expect(reply.headers["content-type"] == "text/html")
    }

    @Test(arguments: [Fault.Kind.reset, .resetEarly])
    func aResetIsARealOne(kind: Fault.Kind) async throws {
        try await withSimulator(SimulatorOptions(faults: [Fault(kind)])) { simulator in
            let socket = try RawSocket(simulator.port)
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n")
            if kind == .reset { socket.send("{}  ") }
            #expect(await socket.receiveAll() == .reset)
        }
    }

    @Test func aTruncatedAnswerAnnouncesMoreThanItSends() async throws {
        try await withSimulator(SimulatorOptions(faults: [Fault(.truncated)])) { simulator in
            let body = chat()
            let socket = try RawSocket(simulator.port)
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            guard case .text(let answer) = await socket.receiveAll() else { Issue.record("the connection was reset"); return }
            let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1)
            let announced = parts[0].split(separator: "\r\n").compactMap { line in
                line.lowercased().hasPrefix("content-length: ") ? Int(line.dropFirst(16)) : nil
            }
            #expect(parts[1].utf8.count == (try #require(announced.first)) / 2)
            #expect(parts[1].hasPrefix(#"{"id":"chatcmpl-sim-1""#))
        }
    }

    @Test func aHangingCallEndsWhenTheSimulatorStops() async throws {
        let simulator = try await Simulator.start(SimulatorOptions(faults: [Fault(.hang)]))
        let socket = try RawSocket(simulator.port)
        socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n{}  ")
        await simulator.stop()
        #expect([.reset, .text("")].contains(await socket.receiveAll()))
        #expect(throws: RawSocket.Refused.self) { try RawSocket(simulator.port) }
    }

    @Test func aMarkerIsPlayedForItsFirstCallsOnly() async throws {
        let prompt = "Describe it. [simulate: 500 times=1] [simulate: 429 retry-after=3 times=2]"
        try await withSimulator { simulator in
            var statuses: [UInt] = []
            for _ in 1...3 { statuses.append(try await simulator.post(chat(prompt, images: [dataURL(png())])).status) }
            #expect(statuses == [500, 429, 200])
            let other = try await simulator.post(chat(prompt, images: [dataURL(png(width: 41))]))
            #expect(other.status == 500, "another picture is counted for itself")
        }
    }

    @Test func aMarkedLatencyIsWaited() async throws {
        try await withSimulator { simulator in
            let start = ContinuousClock.now
            let reply = try await simulator.post(chat("[simulate: latency=40]"))
            #expect(reply.status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(40))
        }
    }
}
