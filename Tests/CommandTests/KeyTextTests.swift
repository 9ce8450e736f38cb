import CutlineSimulator
import TestSupport
import Testing

@testable import cutline

/// What people leave around a key is taken off, and no sentence shows a value.
@Suite(.timeLimit(.minutes(15))) struct KeyTextTests {
    private static let key = "sk-canary-7f3a91"

    @Test(arguments: [
        "\u{FEFF}sk-canary-7f3a91\r\n", "'sk-canary-7f3a91'", "\"sk-canary-7f3a91\"\r\n", "“sk-canary-7f3a91”", "‘sk-canary-7f3a91’",
        "„sk-canary-7f3a91“", "`sk-canary-7f3a91`", "KEY=sk-canary-7f3a91", "export MY_KEY=sk-canary-7f3a91\n",
        "export MY_KEY=\"sk-canary-7f3a91\"; # mine", "MY_KEY = 'sk-canary-7f3a91'", "MY_KEY=sk-canary-7f3a91 # mine",
        "MY_KEY: sk-canary-7f3a91",
        "{\n  \"MY_KEY\": \"sk-canary-7f3a91\",\n}", "set MY_KEY=sk-canary-7f3a91\r\n", "$env:MY_KEY=\"sk-canary-7f3a91\"",
        "Bearer sk-canary-7f3a91", "Authorization: Bearer sk-canary-7f3a91", "MY_KEY=Bearer sk-canary-7f3a91",
        "x-api-key: sk-canary-7f3a91",
        "# my key\n\n  sk-canary-7f3a91  \n", "sk-canary-7f3a91\n\0\0", "\u{200B}sk-canary-7f3a91\u{A0}",
        "my key file:\nAPI_KEY=x\nMY_KEY=sk-canary-7f3a91",
        "OTHER=1\nMY_KEY=old\nMY_KEY=sk-canary-7f3a91\nDATABASE_URL=postgres://u:p@h/d",
    ])
    func whatStandsAroundAKeyIsTakenOff(text: String) throws {
        #expect(try KeyText(Array(text.utf8)).key(for: "MY_KEY") == Self.key)
    }

    @Test(arguments: [true, false])
    func aFileInUTF16IsRead(isLittle: Bool) throws {
        let units = "\u{FEFF}MY_KEY=\(Self.key)\r\n".utf16.flatMap {
            isLittle ? [UInt8($0 & 0xFF), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 0xFF)]
        }
        #expect(try KeyText(units).key(for: "MY_KEY") == Self.key)
    }

    @Test(arguments: ["c2VjcmV0a2V5==", "c2VjcmV0a2V5=", "id:secret", "ab=cd", "gsk_=x", "#not"])
    func signsThatBelongToAKeyStay(key: String) throws {
        guard !key.hasPrefix("#") else {
            #expect(throws: KeyText.Objection.empty) { try KeyText(Array(key.utf8)) }
            return
        }
        #expect(try KeyText(Array(key.utf8)).key(for: "MY_KEY") == key)
    }

    @Test(arguments: [
        ("\"\"", KeyText.Objection.empty), ("MY_KEY=\n", .empty), ("sk-one\nsk-two", .severalKeys), ("sk-one sk-two", .severalKeys),
        ("sk-ö", .oddCharacters), ("sk-one\u{0}two", .oddCharacters), ("A_KEY=sk-one\nB_KEY=sk-two", .otherVariables(["A_KEY", "B_KEY"])),
    ])
    func whatHoldsNoSingleKeyIsNamed(text: String, objection: KeyText.Objection) {
        #expect(throws: objection) { try KeyText(Array(text.utf8)).key(for: "MY_KEY") }
    }

    @Test(arguments: [
        (
            "A_KEY=sk-canary-7f3a91\nB_KEY=sk-canary-7f3a91\n",
            "holds A_KEY, B_KEY, but not OPENAI_API_KEY; name the right one there, or give a file that holds the key alone"
        ),
        ("sk-canary-7f3a91ö", "holds characters that no key has; give a file that holds the key alone"),
    ])
    func theSentenceNamesTheVariablesAndNoValue(text: String, sentence: String) async {
        let harness = CommandHarness(pictures: "a.png")
        harness.write("my.key", text)
        let said = await harness.cutline(
            "run", "a.png", "--provider", "openai", "--model", "m", "--prompt", "p", "--api-key-file", "my.key")
        #expect(said == CommandResult(code: 64, output: "", error: "cutline: --api-key-file: my.key \(sentence)\n"))
    }

    @Test func aByteThatIsNotUTF8IsNamedByItsPlace() async {
        let harness = CommandHarness(pictures: "a.png")
        harness.folder.write("my.key", Array("sk-".utf8) + [0xE9])
        let said = await harness.cutline(
            "run", "a.png", "--provider", "openai", "--model", "m", "--prompt", "p", "--api-key-file", "my.key")
        #expect(said.error.hasSuffix("my.key is not UTF-8: line 1, column 4 holds the byte 0xE9 (offset 3); save it as UTF-8\n"))
    }

    @Test(arguments: [true, false])
    func aPastedLineWorksInAFileAndInAVariable(inFile: Bool) async throws {
        try await withSimulator(SimulatorOptions(keys: [Self.key])) { simulator in
            var harness = CommandHarness(pictures: "photos/a.png")
            harness.writeJobFile(simulator, key: "SIM_KEY")
            let line = "\u{FEFF}export SIM_KEY='\(Self.key)'\r\n"
            harness.variables["SIM_KEY"] = inFile ? "wrong" : line
            harness.write("my.key", line)
            let said = await harness.run(["run", "jobs.json"] + (inFile ? ["--api-key-file", "my.key"] : []))
            #expect(said.code == 0)
            #expect(!said.error.contains(Self.key))
        }
    }
}
