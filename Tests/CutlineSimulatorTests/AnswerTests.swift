import CutlineCore
import CutlineSimulator
import Testing

@Suite struct AnswerTests {
    @Test func onePictureIsDescribedByItsMeasures() async throws {
        let reply = try await withSimulator { try await $0.post(chat(images: [dataURL(png(bytes: 1_234))])) }
        #expect(reply.status == 200)
        #expect(reply.headers["content-type"] == "application/json")
        #expect(try reply.text == "A PNG picture, 40 × 30 pixels, 1,234 bytes.")
        let json = try reply.json
        #expect(json["object"]?.string == "chat.completion")
        #expect(json["model"]?.string == "sim-1")
        #expect(json["choices"]?[0]?["finish_reason"]?.string == "stop")
        #expect(json["choices"]?[0]?["message"]?["role"]?.string == "assistant")
        #expect(json["usage"]?["prompt_tokens"]?.int == 3 + 85 + 170)
        #expect(json["usage"]?["completion_tokens"]?.int == 9)
        #expect(json["usage"]?["total_tokens"]?.int == 267)
    }

    @Test func severalPicturesAreDescribedInOrder() async throws {
        let gif: [UInt8] = Array("GIF89a".utf8) + [5, 1, 7, 0] + [0, 0, 0]
        let reply = try await withSimulator {
            try await $0.post(chat("What differs?", images: [dataURL(png()), dataURL(gif, type: "image/gif")]))
        }
        #expect(try reply.text == "Two pictures: a PNG picture, 40 × 30 pixels, 64 bytes; a GIF picture, 261 × 7 pixels, 13 bytes.")
    }

    @Test func formatsWithoutAReadSizeAreStillNamed() async throws {
        let avif: [UInt8] = [0, 0, 0, 24] + Array("ftypavif".utf8) + [0, 0, 0, 0]
        let reply = try await withSimulator { try await $0.post(chat(images: [dataURL(avif, type: "image/avif")])) }
        #expect(try reply.text == "An AVIF picture, 16 bytes.")
    }

    @Test func aTextWithoutPicturesGetsAnHonestAnswer() async throws {
        let reply = try await withSimulator {
            try await $0.post(#"{"model":"m","messages":[{"role":"system","content":"S"},{"role":"user","content":"Hello"}]}"#)
        }
        #expect(try reply.text == "No picture was sent.")
        #expect(try reply.json["usage"]?["prompt_tokens"]?.int == 2)
    }

    @Test(arguments: ["max_tokens", "max_completion_tokens"])
    func anAnswerIsCutAtTheTokenLimit(member: String) async throws {
        let reply = try await withSimulator { try await $0.post(chat(images: [dataURL(png())], more: [member: .integer(3)])) }
        #expect(try reply.text == "A PNG picture,")
        #expect(try reply.json["choices"]?[0]?["finish_reason"]?.string == "length")
        #expect(try reply.json["usage"]?["completion_tokens"]?.int == 3)
    }

    @Test func indoxHubsPathAnswersInItsEnvelope() async throws {
        try await withSimulator(SimulatorOptions(dialect: .indoxhub)) { simulator in
            #expect(simulator.baseURL == simulator.origin)
            let reply = try await simulator.post(chat(images: [dataURL(png())]), to: "/api/v1/chat/completions/")
            #expect(reply.status == 200)
            let json = try reply.json
            #expect(json["data"]?.string == "A PNG picture, 40 × 30 pixels, 64 bytes.")
            #expect(json["success"]?.bool == true)
            #expect(json["finish_reason"]?.string == "stop")
            #expect(json["usage"]?["tokens_total"]?.int == 3 + 85 + 170 + 9)
            #expect(json["created_at"]?.string?.contains("Z") == false)
        }
    }

    @Test func indoxHubsOlderImagePartsAreUnderstood() async throws {
        let part = dataURL(png()).split(separator: ",")[1]
        let image = #"{"type":"image","image":{"data":"\#(part)","media_type":"image/png"}}"#
        let link = #"{"type":"image","image":{"url":"https://pictures.invalid/a.png"}}"#
        let reply = try await withSimulator {
            try await $0.post(
                #"{"model":"m","messages":[{"role":"user","content":[\#(image),\#(link)]}]}"#, to: "/api/v1/chat/completions/")
        }
        #expect(try reply.json["data"]?.string?.hasPrefix("Two pictures: a PNG picture, 40 × 30 pixels, 64 bytes; a PNG") == true)
    }

    @Test func indoxHubsPathWithoutItsSlashIsForbiddenInHTML() async throws {
        try await withSimulator { simulator in
            let reply = try await simulator.post(chat(), to: "/api/v1/chat/completions")
            #expect(reply.status == 403)
            #expect(reply.headers["content-type"] == "text/html")
            #expect(reply.body.hasPrefix("<!DOCTYPE html>"))
            #expect(simulator.callCount == 0)
        }
    }

    @Test func indoxHubsErrorsComeInItsOwnForm() async throws {
        let options = SimulatorOptions(faults: [Fault(.status(429, retryAfter: 0.5))])
        let reply = try await withSimulator(options) { try await $0.post(chat(), to: "/api/v1/chat/completions/") }
        #expect(reply.status == 429)
        #expect(reply.headers["retry-after"] == "0.5")
        #expect(try reply.json["success"]?.bool == false)
        #expect(try reply.json["status_code"]?.int == 429)
        #expect(try reply.json["details"]?["retry_after"]?.double == 0.5)
    }

    @Test func theModelListSaysWhatTheModelTakes() async throws {
        let reply = try await withSimulator(SimulatorOptions(dialect: .simulator)) { try await $0.get("/v1/models") }
        let model = try reply.json["data"]?[0]
        #expect(model?["id"]?.string == "sim-1")
        #expect(model?["input_modalities"] == .array([.string("text"), .string("image")]))
    }

    @Test(arguments: ["/", "/v1/embeddings", "/v1/chat/completions"])
    func anUnknownAddressIsNotFound(path: String) async throws {
        let reply = try await withSimulator { try await $0.get(path) }
        #expect(reply.status == 404)
        #expect(try reply.code == "not_found")
    }
}
