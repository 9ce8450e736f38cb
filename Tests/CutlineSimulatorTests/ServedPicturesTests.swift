import AsyncHTTPClient
import CutlineCore
import Testing

@testable import CutlineSimulator

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite(.timeLimit(.minutes(15))) struct ServedPicturesTests {
    @Test func aServedPictureIsWhatTheAnswerSaysOfIt() async throws {
        try await withSimulator { simulator async throws in
            let url = "\(simulator.origin)/pictures/harbour.png"
            let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(60))
            let bytes = Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)
            #expect(response.headers.first(name: "content-type") == "image/png")
            #expect(PictureSize(header: bytes) == PictureSize(width: 64, height: 48))
            let inline = try await simulator.post(chat(images: [dataURL(bytes)])).text
            #expect(try await simulator.post(chat(images: [url])).text == inline)
            #expect(inline?.contains("64 × 48 pixels") == true)
        }
    }

    /// Checksums as other programs compute them.
    @Test func aServedPictureIsAWholePNG() {
        let png = ServedPictures.png(named: "a.png")
        #expect(png.suffix(12) == [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
        #expect(png.count == 8 + 25 + 12 + 11 + 48 * 193 + 12)
        #expect(png != ServedPictures.png(named: "b.png"))
    }

    @Test func addressesThatAreNoPicturesSaySo() async throws {
        try await withSimulator { simulator async throws in
            #expect(try await simulator.get("/pictures/missing").status == 404)
            #expect(try await simulator.get("/pictures/page").headers["content-type"] == "text/html")
            // HTTPClient.shared follows redirects, and gives up on a loop.
            #expect(try await simulator.get("/pictures/redirect").headers["content-type"] == "image/png")
            await #expect(throws: (any Error).self) { try await simulator.get("/pictures/loop") }
            let missing = try await simulator.post(chat(images: ["\(simulator.origin)/pictures/missing"]))
            #expect(try missing.code == "invalid_image_url")
            #expect(try await simulator.post(chat(images: ["\(simulator.origin)/pictures/redirect"])).status == 200)
            #expect(try await simulator.post(chat(images: ["\(simulator.origin)/pictures/page"])).code == "invalid_image")
        }
    }

    @Test func aTrickleNeverBecomesAnAnswer() async throws {
        try await withSimulator(SimulatorOptions(faults: [Fault(named: .trickle)])) { simulator async throws in
            let body = chat()
            var request = HTTPClientRequest(url: simulator.baseURL + "/chat/completions")
            request.method = .POST
            request.body = .bytes(Array(body.utf8))
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
            #expect(response.status == .ok)
            var count = 0
            for try await piece in response.body {
                #expect(piece.readableBytesView.allSatisfy { $0 == UInt8(ascii: " ") })
                count += 1
                if count == 3 { break }
            }
            #expect(count == 3)
        }
    }
}
