import CutlineCore
import CutlineSimulator
import Testing

@Suite struct RefusalTests {
    @Test(arguments: [
        ("data:image/png;base64,@@@@", "not valid base64"),
        ("data:image/png;base64,", "not valid base64"),
        ("data:image/png;base64,aGVsbG8=", "not a picture"),
        ("data:image/png,hello", "not base64"),
        ("data:image/png", "no comma"),
        ("ftp://pictures.invalid/a.png", "neither a data URL nor an http address"),
    ])
    func anUnusablePictureIsRefused(url: String, reason: String) async throws {
        let reply = try await withSimulator { try await $0.post(chat(images: [url])) }
        #expect(reply.status == 400)
        #expect(try reply.code == "invalid_image")
        #expect(try reply.json["error"]?["message"]?.string?.contains(reason) == true)
    }

    @Test(arguments: ["https://pictures.invalid/nothing.jpg", "https://example.com/harbour.jpg"])
    func anAddressThatIsNoExampleCannotBeFetched(url: String) async throws {
        let reply = try await withSimulator { try await $0.post(chat(images: [url])) }
        #expect(reply.status == 400)
        #expect(try reply.code == "invalid_image_url")
        #expect(try reply.json["error"]?["message"]?.string == "Error while downloading \(url).")
    }

    @Test func aTypeThatDisagreesWithTheBytesIsRefused() async throws {
        let reply = try await withSimulator { try await $0.post(chat(images: [dataURL(png(), type: "image/jpeg")])) }
        #expect(reply.status == 400)
        #expect(try reply.json["error"]?["message"]?.string == "The picture is announced as image/jpeg, but its bytes are image/png.")
    }

    @Test func aDamagedHeaderIsRefused() async throws {
        let reply = try await withSimulator { try await $0.post(chat(images: [dataURL(Array(png().prefix(20)))])) }
        #expect(try reply.json["error"]?["message"]?.string == "The header of the PNG picture is damaged.")
    }

    @Test(arguments: [
        "", "{", "[]", #"{"messages":[{"role":"user","content":"x"}]}"#, #"{"model":"m"}"#, #"{"model":"m","messages":[]}"#,
        #"{"model":"m","messages":[{"content":"x"}]}"#, #"{"model":"m","messages":[{"role":"user"}]}"#,
        #"{"model":"m","messages":[{"role":"user","content":[{"type":"video"}]}]}"#,
        #"{"model":"m","max_tokens":0,"messages":[{"role":"user","content":"x"}]}"#,
        #"{"model":"m","messages":[{"role":"user","content":"[simulate: earthquake]"}]}"#,
    ])
    func anIncompleteRequestIsRefused(body: String) async throws {
        let reply = try await withSimulator { try await $0.post(body) }
        #expect(reply.status == 400)
        #expect(try reply.json["error"]?["type"]?.string == "invalid_request_error")
        #expect(try reply.code == nil)
    }

    @Test func aWrongKeyIsRefusedWithoutBeingRepeated() async throws {
        try await withSimulator(SimulatorOptions(keys: ["right"])) { simulator in
            for key in ["wrong-key", nil] {
                let reply = try await simulator.post(chat(), key: key)
                #expect(reply.status == 401)
                #expect(try reply.code == "invalid_api_key")
                #expect(!reply.body.contains("wrong-key"))
            }
            #expect(try await simulator.post(chat(), key: "right").status == 200)
            #expect(try await simulator.get("/v1/models").status == 401)
        }
    }

    @Test func aCallOverTheRateIsRefusedWithAWait() async throws {
        let options = SimulatorOptions(rateLimit: SimulatorOptions.CallRate(perSecond: 0.001, burst: 2))
        try await withSimulator(options) { simulator in
            #expect(try await simulator.post(chat()).status == 200)
            #expect(try await simulator.post(chat()).status == 200)
            let refused = try await simulator.post(chat())
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == "1")
            #expect(try refused.code == "rate_limit_exceeded")
        }
    }
}
