import CutlineCore
import Testing

struct CodeFenceTests {
    @Test(arguments: [
        "```\n{\"a\":1}\n```", "```json\n{\"a\":1}\n```", "~~~\n{\"a\":1}\n~~~", "~~~ json\n{\"a\":1}\n~~~", "````json\n{\"a\":1}\n````",
        "```json\n{\"a\":1}\n   ```", "```json\r\n{\"a\":1}\r\n```", "\n ```json\n{\"a\":1}```\n", "```\n{\"a\":1}\n`````",
    ])
    func aFenceAroundTheWholeTextIsTakenOff(text: String) throws {
        let content = try #require(text.insideFence)
        #expect(try JSONValue(parsing: content.utf8) == .object(["a": .integer(1)]))
        #expect(JSONExcerpt.values(in: text).map(\.text) == [#"{"a":1}"#])
    }

    @Test(arguments: [
        "", "```", "{\"a\":1}", "Here:\n```json\n{\"a\":1}\n```", "```json\n{\"a\":1}\n``` Fine?", "```\na\n~~~", "````\na\n```",
        "``\na\n``",
        "```a```", "```\na\n```\nand\n```\nb\n```", "`cat`\nand `dog` ```",
    ])
    func aTextWithoutAFenceAroundItIsNoFence(text: String) { #expect(text.insideFence == nil) }

    @Test func anEmptyFenceHoldsNothing() { #expect("```\n```".insideFence.map { $0.filter { !$0.isNewline } } == "") }

    @Test(arguments: ["Here:\n\n```json\n{\"a\": 1}\n``` Fine?", "```\n{\"a\": 1}\n```\nor\n```\n{\"a\": 1}\n```", "So {\"a\": 1}."])
    func whatStandsAmongOtherWordsIsFoundAllTheSame(text: String) {
        #expect(Set(JSONExcerpt.values(in: text).map(\.text)) == [#"{"a":1}"#])
    }
}
