import CutlineCore
import CutlineSimulator
import SystemPackage
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite(.timeLimit(.minutes(15))) struct CallLogTests {
    private let folder = TemporaryFolder()
    private var file: FilePath { folder.path.appending("calls.jsonl") }

    /// The log's lines, without their times.
    private func lines() throws -> [JSONValue] {
        let text = try String(contentsOfFile: file.string, encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            var members = try #require(try JSONValue(parsing: line.utf8).object)
            #expect((members.removeValue(forKey: "time_ms")?.int ?? 0) > 1_700_000_000_000)
            return .object(members)
        }
    }

    @Test func aCallIsNotedWhenReadAndWhenAnswered() async throws {
        try await withSimulator(SimulatorOptions(log: file)) { simulator in
            try await simulator.post(chat("Ähm?", images: [dataURL(png()), "https://pictures.invalid/harbour.jpg"]))
            #expect(simulator.callCount == 1)
        }
        let lines = try lines()
        #expect(lines.count == 2)
        #expect(lines[0]["event"]?.string == "received")
        #expect(lines[0]["call"]?.int == 1)
        #expect(lines[0]["path"]?.string == "/v1/chat/completions")
        #expect(lines[0]["dialect"]?.string == "openai")
        #expect(lines[0]["model"]?.string == "sim-1")
        #expect(lines[0]["prompt"]?.string == "Ähm?")
        #expect(lines[0]["pictures"]?.array?.count == 2)
        #expect(lines[0]["pictures"]?[0]?["width"]?.int == 40)
        #expect(lines[0]["pictures"]?[0]?["sent"]?.string == "inline")
        #expect(lines[0]["pictures"]?[1]?["format"]?.string == "jpeg")
        #expect(lines[0]["pictures"]?[1]?["sent"]?.string == "url")
        #expect(lines[1].text == #"{"call":1,"event":"answered","status":200,"tokens":702}"#)
    }

    @Test func whatWasSentBesideThePromptIsNamedWithoutItsValues() async throws {
        try await withSimulator(SimulatorOptions(dialect: .infron, log: file)) { simulator in
            let body = chat(more: ["temperature": .number(0.5), "max_tokens": .integer(9)])
            try await simulator.post(body, key: "secret-key", headers: ["Referer": "https://x.invalid", "X-Title": "t"])
        }
        let text = try String(contentsOfFile: file.string, encoding: .utf8)
        #expect(!text.contains("secret-key") && !text.contains("x.invalid"))
        let line = try #require(try lines().first)
        #expect(line["dialect"]?.string == "infron")
        #expect(line["headers"] == .array(["authorization", "referer", "x-title"].map(JSONValue.string)))
        #expect(line["parameters"] == .array(["max_tokens", "temperature"].map(JSONValue.string)))
    }

    @Test func aPictureIsKnownByTheHashOfItsBytes() async throws {
        try await withSimulator(SimulatorOptions(log: file)) { simulator in
            try await simulator.post(chat(images: [dataURL(png())]))
            try await simulator.post(chat(images: [dataURL(png(), type: "image/gif")]))
        }
        let received = try lines().filter { $0["event"]?.string == "received" }
        try #require(received.count == 2)
        #expect(received[0]["pictures"]?[0]?["sha256"]?.string == "269ed96946e884ec51026cee055640aafa7dc6773ac2ceda912f4d90792be345")
        #expect(received[1]["pictures"] == nil, "the announced type was wrong")
    }

    @Test(arguments: [(Fault.Kind.reset, "reset"), (.hang, "hang")])
    func aFaultWithoutAnAnswerHasNoStatus(kind: Fault.Kind, name: String) async throws {
        let simulator = try await Simulator.start(SimulatorOptions(faults: [Fault(kind)], log: file))
        let socket = try RawSocket(simulator.port)
        socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n{}  ")
        if kind == .reset { _ = await socket.receiveAll() } else { try await until { try lines().count == 1 } }
        await simulator.stop()
        #expect(try lines().last?.text == #"{"call":1,"event":"answered","fault":"\#(name)","status":null}"#)
    }

    @Test func aHangingCallEndsWhenItsClientLeaves() async throws {
        try await withSimulator(SimulatorOptions(faults: [Fault(.hang)], log: file)) { simulator in
            do {
                let socket = try RawSocket(simulator.port)
                socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n{}  ")
                try await until { try lines().count == 1 }
            }
            try await until { try lines().count == 2 }
        }
    }

    @Test func aCallWhoseClientLeavesTooSoonWasNotAnswered() async throws {
        try await withSimulator(SimulatorOptions(latency: .seconds(3_600), log: file)) { simulator in
            do {
                let (socket, body) = (try RawSocket(simulator.port), chat())
                socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                try await until { try lines().count == 1 }
            }
            try await until { try lines().count == 2 }
        }
        #expect(try lines().last?.text == #"{"call":1,"event":"answered","fault":"closed","status":null}"#)
    }

    @Test func aResetBeforeTheBodyIsNotACallThatWasReceived() async throws {
        try await withSimulator(SimulatorOptions(faults: [Fault(.resetEarly)], log: file)) { simulator in
            let socket = try RawSocket(simulator.port)
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n")
            #expect(await socket.receiveAll() == .reset)
            #expect(simulator.callCount == 1)
        }
        #expect(try lines().map(\.text) == [#"{"call":1,"event":"answered","fault":"reset-early","status":null}"#])
    }

    @Test func aBodyThatEndsTooEarlyWasNotReceived() async throws {
        try await withSimulator(SimulatorOptions(log: file)) { simulator in
            let socket = try RawSocket(simulator.port)
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 400\r\n\r\n{}")
            socket.finishSending()
            _ = await socket.receiveAll()
        }
        #expect(try lines().isEmpty)
    }

    @Test func aLogThatCannotBeOpenedStopsTheStart() async throws {
        await #expect(throws: Errno.noSuchFileOrDirectory) {
            try await Simulator.start(SimulatorOptions(log: folder.path.appending("missing/calls.jsonl")))
        }
    }

    /// Waits for a condition that another process brings about, at most 10 s.
    private func until(_ condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try !condition() {
            try #require(ContinuousClock.now < deadline, "it did not happen")
            await Task.yield()
        }
    }
}
