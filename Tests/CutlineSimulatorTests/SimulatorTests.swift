import CutlineCore
import CutlineSimulator
import Testing

@Suite(.timeLimit(.minutes(15))) struct SimulatorTests {
    @Test func theBaseURLIsOnLoopback() async throws {
        try await withSimulator { simulator in
            #expect(simulator.baseURL == "http://127.0.0.1:\(simulator.port)/v1")
            #expect(simulator.port > 0)
        }
    }

    @Test func aTakenPortStopsTheStart() async throws {
        try await withSimulator { simulator in
            await #expect(throws: (any Error).self) { try await Simulator.start(SimulatorOptions(port: Int(simulator.port))) }
        }
    }

    @Test func manyCallsAtOnceAreAllAnswered() async throws {
        try await withSimulator(SimulatorOptions(latency: .milliseconds(20))) { simulator in
            let body = chat(images: [dataURL(png())])
            let statuses = try await withThrowingTaskGroup(of: UInt.self) { group in
                for _ in 1...200 { group.addTask { try await simulator.post(body).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 200))
            #expect(simulator.callCount == 200)
        }
    }

    @Test func aThousandConnectionsAreHeldAtOnce() async throws {
        let count = min(1_000, (RawSocket.raisedLimit() - 256) / 2)
        let simulator = try await Simulator.start(SimulatorOptions(faults: [Fault(.hang)]))
        let sockets = try (1...count).map { _ in try RawSocket(simulator.port) }
        for socket in sockets { socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}") }
        while simulator.callCount < count { await Task.yield() }
        await simulator.stop()
        #expect(simulator.callCount == count)
        #expect(await sockets[0].receiveAll() == .text(""))
    }

    @Test func stoppingDoesNotWaitForCallsUnderWay() async throws {
        let simulator = try await Simulator.start(SimulatorOptions(latency: .seconds(3_600)))
        let call = Task { try await simulator.post(chat()) }
        while simulator.callCount == 0 { await Task.yield() }
        await simulator.stop()
        await #expect(throws: (any Error).self) { try await call.value }
    }
}
