import CutlineCore
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct JSONTextTests {
    private func written(_ write: (inout JSONText) -> Void) -> String {
        var text = JSONText()
        write(&text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
        ("\0\u{1}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u001f\u{7F}\""),
        ("\"", #""\"""#), ("a\"b", #""a\"b""#), ("\r\n", #""\r\n""#), ("é e\u{301} 🐈‍⬛ \u{2028}", "\"é e\u{301} 🐈‍⬛ \u{2028}\""),
    ])
    func onlyWhatMustBeIsEscaped(text: String, expected: String) {
        let bytes = Array(written { $0.value(text) }.utf8)
        #expect(bytes == Array(expected.utf8))
        #expect((try? JSONValue(parsing: bytes).string)?.map { Array($0.utf8) } == Array(text.utf8))
    }

    /// Eight bytes are looked at together.
    @Test(arguments: ["\"", "\\", "\n", "\u{1F}", "\u{0}"]) func anEscapeIsFoundWhereverItStands(mark: String) throws {
        for length in 0..<20 {
            for place in 0...length {
                let text = String(repeating: "~", count: place) + mark + String(repeating: " ", count: length - place)
                let bytes = written { $0.value(text) }.utf8
                #expect(bytes.contains { $0 < 0x20 } == false)
                #expect(try JSONValue(parsing: bytes) == .string(text))
            }
        }
    }

    @Test func valuesAreSeparated() {
        let text = written {
            $0.openObject()
            $0.key("a")
            $0.openArray()
            $0.value(1)
            $0.value(Int64(-2))
            $0.value(0.5)
            $0.value(true)
            $0.null()
            $0.openObject()
            $0.closeObject()
            $0.closeArray()
            $0.key("b")
            $0.value(String?.none)
            $0.key("c")
            $0.value(Money(nanodollars: 229_000))
            $0.closeObject()
        }
        #expect(text == #"{"a":[1,-2,0.5,true,null,{}],"b":null,"c":0.000229}"#)
    }

    @Test func aMemberIsAKeyWithItsValue() {
        let text = written {
            $0.openObject()
            $0.member("text", "a")
            $0.member("none", String?.none)
            $0.member("count", 1)
            $0.member("long", Int64(-2))
            $0.member("half", 0.5)
            $0.member("flag", Bool?.some(false))
            $0.member("cost", Money(nanodollars: 229_000))
            $0.member("value", .array([.null]))
            $0.member("texts", ["b", "c"])
            $0.member("list", [1, 2]) { $0.value($1) }
            $0.member("object", object: 3) { $0.member("n", $1) }
            $0.member("nothing", object: Int?.none) { $0.member("n", $1) }
            $0.closeObject()
        }
        #expect(
            text == #"{"text":"a","none":null,"count":1,"long":-2,"half":0.5,"flag":false,"cost":0.000229,"value":[null],"#
                + #""texts":["b","c"],"list":[1,2],"object":{"n":3},"nothing":null}"#)
    }

    @Test func aNewDocumentBeginsWithoutAComma() {
        var text = JSONText()
        for number in 1...2 {
            text.startOver()
            text.value(number)
            text.raw("\n")
        }
        #expect(text.bytes == Array("1\n2\n".utf8))
        text.removeAll()
        text.value(3)
        #expect(text.bytes == Array("3".utf8))
    }

    @Test func whatIsNoNumberIsNull() {
        #expect(written { $0.value(Double.nan) } == "null")
        #expect(written { $0.value(-Double.infinity) } == "null")
    }

    @Test func keysAreInOrderOfScalars() {
        let value = JSONValue.object(["b": .null, "a": .integer(1), "é": .bool(false), "Z": .number(2)])
        #expect(value.text == #"{"Z":2.0,"a":1,"b":null,"é":false}"#)
    }

    @Test func integersStayIntegersWhenStored() throws {
        let value = JSONValue.array([.integer(.max), .number(1), .string("\0"), .null])
        #expect(try JSONDecoder().decode([JSONValue].self, from: JSONEncoder().encode([value])) == [value])
    }

    @Test func beyondASCIIEverythingIsEscapedWhereAsked() throws {
        var text = JSONText(isASCII: true)
        text.openObject()
        text.key("é")
        text.value("a\"\n\u{7F}\u{80}e\u{301}\u{2028}😀\u{FFFF}")
        text.closeObject()
        let written = String(decoding: text.bytes, as: UTF8.self)
        #expect(written == #"{"\u00e9":"a\"\n\u007f\u0080e\u0301\u2028\ud83d\ude00\uffff"}"#)
        #expect(try JSONValue(parsing: text.bytes)["é"] == .string("a\"\n\u{7F}\u{80}e\u{301}\u{2028}😀\u{FFFF}"))
    }
}
