import CutlineCore
import Testing

/// A base URL as people paste it.
struct ProfileAddressTests {
    private func profile(_ address: String, paths: [String] = ["/chat/completions"]) throws(AddressProblem) -> Profile {
        var profile = Profile(name: "mine", chatPaths: paths)
        try profile.take(address: address)
        return profile
    }

    @Test(arguments: [
        "https://h.invalid/v1/chat/completions", "https://h.invalid/v1/chat/completions/", "https://h.invalid/v1/Chat/Completions//",
        "https://h.invalid/v1/responses", "https://h.invalid/v1/messages", "https://h.invalid/v1/models/",
        "https://h.invalid/v1/completions",
        "https://h.invalid/v1/embeddings", " https://h.invalid/v1\n", "\"https://h.invalid/v1\"", "“https://h.invalid/v1”",
        "<https://h.invalid/v1>", "HTTPS://h.invalid/v1", "\u{FEFF}https://h.invalid/v1\r\n",
    ])
    func whatIsPastedAroundAnAddressIsTakenOff(address: String) throws {
        #expect(try profile(address).baseURL == "https://h.invalid/v1")
    }

    @Test(arguments: [
        "https://h.invalid/v1/", "https://h.invalid", "https://h.invalid/v1/chat/completions?a=b",
    ])
    func otherAddressesStayAsTheyAre(address: String) throws {
        #expect(try profile(address).baseURL == address)
    }

    @Test(arguments: [
        (
            ["/v1/chat/completions", "/chat/completions"], "https://h.invalid/v1/chat/completions", "https://h.invalid",
            "/v1/chat/completions"
        ),
        (
            ["/v1/chat/completions", "/chat/completions"], "https://h.invalid/api/chat/completions", "https://h.invalid/api",
            "/chat/completions"
        ),
        (
            ["/chat/completions", "/v1/chat/completions"], "https://h.invalid/v1/chat/completions", "https://h.invalid/v1",
            "/chat/completions"
        ),
        (["/ask/"], "https://h.invalid/v1/ask", "https://h.invalid/v1", "/ask/"),
    ])
    func theGivenAddressIsTheFirstToBeCalled(paths: [String], address: String, base: String, first: String) throws {
        let profile = try profile(address, paths: paths)
        #expect(profile.baseURL == base && profile.chatPaths.first == first && Set(profile.chatPaths) == Set(paths))
    }

    @Test(arguments: [
        ("api.h.invalid/v1", "; did you mean https://api.h.invalid/v1?"), ("//h.invalid/v1", "; did you mean https://h.invalid/v1?"),
        ("localhost:8000", "; did you mean http://localhost:8000?"), ("0.0.0.0:8000/v1", "; did you mean http://0.0.0.0:8000/v1?"),
        ("ftp://h.invalid", ""), ("mine", ""), ("", ""),
    ])
    func anAddressWithoutASchemeIsSuggestedWithOne(address: String, end: String) {
        #expect(throws: AddressProblem(reason: "expected an address that begins with http:// or https://\(end)")) { try profile(address) }
    }
}
