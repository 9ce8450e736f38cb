import AsyncHTTPClient
import CutlineCore
import CutlineSimulator
import TestSupport

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Starts a simulator for the length of `body`.
@discardableResult
func withSimulator<Value: Sendable>(
    _ options: SimulatorOptions = SimulatorOptions(), _ body: (Simulator) async throws -> Value
) async throws -> Value {
    let simulator = try await Simulator.start(options)
    do {
        let value = try await body(simulator)
        await simulator.stop()
        return value
    } catch {
        await simulator.stop()
        throw error
    }
}

/// An HTTP answer, its body read.
struct HTTPReply {
    var status: UInt
    var headers: [String: String]
    var body: String

    var json: JSONValue { get throws { try JSONValue(parsing: body.utf8) } }
    /// The text of an OpenAI completion.
    var text: String? { get throws { try json["choices"]?[0]?["message"]?["content"]?.string } }
    /// The code of an OpenAI error.
    var code: String? { get throws { try json["error"]?["code"]?.string } }
}

extension Simulator {
    /// The address without a path.
    var origin: String { baseURL.split(separator: "/").prefix(2).joined(separator: "//") }

    func get(_ path: String, key: String? = nil) async throws -> HTTPReply {
        var request = HTTPClientRequest(url: origin + path)
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        return try await send(request)
    }

    @discardableResult
    func post(
        _ body: String, to path: String = "/v1/chat/completions", key: String? = nil, headers: [String: String] = [:]
    ) async throws -> HTTPReply {
        var request = HTTPClientRequest(url: origin + path)
        request.method = .POST
        request.body = .bytes(Array(body.utf8))
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        return try await send(request)
    }

    private func send(_ request: HTTPClientRequest) async throws -> HTTPReply {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let headers = response.headers.reduce(into: [:]) { $0[$1.name.lowercased()] = $1.value }
        let body = try await response.body.collect(upTo: 1 << 20)
        return HTTPReply(status: response.status.code, headers: headers, body: String(decoding: body.readableBytesView, as: UTF8.self))
    }
}

/// A request body with one user message.
func chat(_ prompt: String = "Describe it.", images: [String] = [], more: [String: JSONValue] = [:]) -> String {
    let parts = images.map { JSONValue.object(["type": .string("image_url"), "image_url": .object(["url": .string($0)])]) }
    let text = JSONValue.object(["type": .string("text"), "text": .string(prompt)])
    let message = JSONValue.object(["role": .string("user"), "content": .array([text] + parts)])
    let members: [String: JSONValue] = ["model": .string("sim-1"), "messages": .array([message])]
    return JSONValue.object(members.merging(more) { $1 }).text
}

func dataURL(_ bytes: [UInt8], type: String = "image/png") -> String {
    "data:\(type);base64,\(Data(bytes).base64EncodedString())"
}

/// The first bytes of a PNG picture, which is all that is measured, and as many more as asked for.
func png(width: UInt8 = 40, height: UInt8 = 30, bytes: Int = 64) -> [UInt8] {
    let header: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
    let start = header + [0, 0, 0, width, 0, 0, 0, height]
    return start + [UInt8](repeating: 7, count: bytes - start.count)
}
